-- Grain: one question of one source with answers that are not understood as of now, most answers first.
-- Inputs: staging.answer, staging.sighting.
SELECT
    sighting.source_id,
    answer.question_id,
    count(DISTINCT answer.version_key) AS answers_n
FROM staging.answer AS answer
INNER JOIN staging.sighting AS sighting ON answer.version_key = sighting.version_key
WHERE answer.state = 'not_understood'
GROUP BY sighting.source_id, answer.question_id
ORDER BY answers_n DESC, sighting.source_id ASC, answer.question_id ASC
