-- Grain: one source whose newest delivery was read whole and lacks records of earlier ones: how many it
-- lacks, and how many it repeats. In a rejected row a record is seen too.
-- Inputs: ops.delivery, staging.sighting, staging.rejected_record.
WITH delivery AS (
    SELECT
        source_id,
        delivery_on,
        bool_and(status = 'loaded') AS is_whole
    FROM ops.delivery
    GROUP BY source_id, delivery_on
),

newest AS (
    SELECT
        source_id,
        max(delivery_on) AS delivery_on,
        max_by(is_whole, delivery_on) AS is_whole
    FROM delivery
    GROUP BY source_id
),

seen AS (
    SELECT
        source_id,
        record_key,
        version_key,
        delivery_on,
        until_on
    FROM staging.sighting
    UNION ALL
    SELECT
        source_id,
        record_key,
        NULL AS version_key,
        delivery_on,
        delivery_on AS until_on
    FROM staging.rejected_record
),

known AS (
    SELECT
        seen.source_id,
        newest.delivery_on,
        max(seen.until_on) >= newest.delivery_on AS is_repeated
    FROM seen
    INNER JOIN newest ON seen.source_id = newest.source_id
    WHERE newest.is_whole
    GROUP BY seen.source_id, newest.delivery_on, seen.record_key
    HAVING count(seen.version_key) > 0 AND min(seen.delivery_on) < newest.delivery_on
)

SELECT
    source_id,
    delivery_on,
    count(*) FILTER (WHERE NOT is_repeated) AS missing_n,
    count(*) FILTER (WHERE is_repeated) AS repeated_n
FROM known
GROUP BY source_id, delivery_on
HAVING count(*) FILTER (WHERE NOT is_repeated) > 0
ORDER BY source_id
