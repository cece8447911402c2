-- Grain: one wave of stored responses that the programme does not have, though it has their source.
-- Inputs: staging.response, staging.sighting. Parameters: sources, waves.
SELECT
    response.wave,
    count(DISTINCT sighting.record_key) AS responses_n
FROM staging.response AS response
INNER JOIN staging.sighting AS sighting ON response.version_key = sighting.version_key
WHERE list_contains(:sources, sighting.source_id) AND NOT list_contains(:waves, response.wave)
GROUP BY response.wave
ORDER BY response.wave
