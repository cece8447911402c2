-- Grain: one answer to one question in the responses that one delivery of a source brought first, or in
-- another version than the delivery before.
-- Inputs: staging.answer, staging.sighting. Parameters: source_id.
SELECT
    sighting.delivery_on,
    answer.question_id,
    coalesce(answer.option_code, CAST(answer.score AS VARCHAR)) AS answer,
    count(*) AS answers_n
FROM staging.answer AS answer
INNER JOIN staging.sighting AS sighting ON answer.version_key = sighting.version_key
WHERE
    sighting.source_id = :source_id
    AND answer.state = 'answered'
    AND coalesce(answer.option_code, CAST(answer.score AS VARCHAR)) IS NOT NULL
GROUP BY ALL
ORDER BY ALL
