-- Grain: one source, with how many records the warehouse has of it, withdrawn ones among them.
-- Inputs: staging.sighting.
SELECT
    source_id,
    count(DISTINCT record_key) AS records_n
FROM staging.sighting
GROUP BY source_id
ORDER BY source_id
