-- Grain: one record of one source, in the version that its newest delivery up to :as_of brought.
-- Inputs: staging.sighting
SELECT
    source_id,
    record_key,
    version_key
FROM (
    SELECT
        source_id,
        record_key,
        version_key,
        row_number() OVER (PARTITION BY source_id, record_key ORDER BY delivery_on DESC) AS recency
    FROM staging.sighting
    WHERE delivery_on <= :as_of
) AS sighting
WHERE recency = 1
