-- Grain: one question that one delivery asks: how many answers are not blank, and how many of them are not
-- understood.
-- Inputs: staging.answer, staging.sighting. Parameters: source_id, delivery_on.
SELECT
    answer.question_id,
    count(DISTINCT answer.version_key) FILTER (WHERE answer.state = 'not_understood') AS not_understood_n,
    count(DISTINCT answer.version_key) AS given_n
FROM staging.answer AS answer
INNER JOIN staging.sighting AS sighting ON answer.version_key = sighting.version_key
WHERE
    sighting.source_id = :source_id
    AND :delivery_on BETWEEN sighting.delivery_on AND sighting.until_on
    AND answer.state IN ('answered', 'not_applicable', 'not_understood')
GROUP BY answer.question_id
ORDER BY answer.question_id
