-- Grain: one row, with how many records the delivery of a complete source withdraws: those that the delivery
-- before it that was read whole had, or one since then, and that it does not bring. A delivery with a refused
-- file withdraws nothing.
-- Inputs: ops.delivery, staging.sighting, staging.rejected_record. Parameters: source_id, delivery_on.
WITH whole AS (
    SELECT delivery_on
    FROM ops.delivery
    WHERE source_id = :source_id AND delivery_on <= :delivery_on
    GROUP BY delivery_on
    HAVING bool_and(status = 'loaded')
),

earlier AS (
    SELECT
        max(delivery_on) FILTER (WHERE delivery_on < :delivery_on) AS whole_on,
        count(*) FILTER (WHERE delivery_on = :delivery_on) AS is_whole
    FROM whole
),

seen AS (
    SELECT
        record_key,
        version_key,
        delivery_on,
        until_on
    FROM staging.sighting
    WHERE source_id = :source_id AND delivery_on <= :delivery_on
    UNION ALL
    SELECT
        record_key,
        NULL AS version_key,
        delivery_on,
        delivery_on AS until_on
    FROM staging.rejected_record
    WHERE source_id = :source_id AND delivery_on <= :delivery_on
),

withdrawn AS (
    SELECT seen.record_key
    FROM seen
    CROSS JOIN earlier
    WHERE earlier.is_whole > 0
    GROUP BY seen.record_key
    HAVING
        count(seen.version_key) > 0
        AND max(seen.until_on) < :delivery_on
        AND max(seen.until_on) >= coalesce(max(earlier.whole_on), max(seen.until_on))
)

SELECT count(*) AS withdrawn_n
FROM withdrawn
