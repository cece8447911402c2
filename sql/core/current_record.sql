-- Grain: one record of a source of the programme that is there, in the version that the newest delivery up to
-- :as_of brought.
-- Inputs: staging.sighting, staging.rejected_record, ops.delivery, core.dim_source
-- The newest delivery of a complete source that was read whole, no file refused, is everything: what was seen
-- neither in it nor later is withdrawn. In a rejected row a record is seen too, and keeps the version it had.
WITH read_whole AS (
    SELECT
        source_id,
        delivery_on
    FROM ops.delivery
    WHERE delivery_on <= :as_of
    GROUP BY source_id, delivery_on
    HAVING bool_and(status = 'loaded')
),

everything AS (
    SELECT
        read_whole.source_id,
        max(read_whole.delivery_on) AS delivery_on
    FROM read_whole
    INNER JOIN core.dim_source ON read_whole.source_id = dim_source.source_id
    WHERE dim_source.is_complete
    GROUP BY read_whole.source_id
),

seen AS (
    SELECT
        source_id,
        record_key,
        version_key,
        delivery_on,
        until_on
    FROM staging.sighting
    WHERE delivery_on <= :as_of
    UNION ALL
    SELECT
        source_id,
        record_key,
        NULL AS version_key,
        delivery_on,
        delivery_on AS until_on
    FROM staging.rejected_record
    WHERE delivery_on <= :as_of
)

SELECT
    seen.source_id,
    seen.record_key,
    max_by(seen.version_key, seen.delivery_on) FILTER (WHERE seen.version_key IS NOT NULL) AS version_key
FROM seen
INNER JOIN core.dim_source ON seen.source_id = dim_source.source_id
LEFT JOIN everything ON seen.source_id = everything.source_id
GROUP BY seen.source_id, seen.record_key
HAVING
    count(seen.version_key) > 0
    AND bool_or(everything.delivery_on IS NULL OR seen.until_on >= everything.delivery_on)
