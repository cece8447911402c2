-- Grain: one delivery of a source that was read whole: its rows, and of the records that it brought first, or
-- in another version than the delivery before, how many show whose they are.
-- Inputs: ops.delivery, staging.sighting, staging.booking, staging.attendance, staging.response.
-- Parameters: source_id.
WITH delivery AS (
    SELECT
        delivery_on,
        sum(received_n) AS received_n,
        sum(rejected_n) AS rejected_n
    FROM ops.delivery
    WHERE source_id = :source_id
    GROUP BY delivery_on
    HAVING bool_and(status = 'loaded')
),

version AS (
    SELECT
        version_key,
        coalesce(person_key, reference_key) IS NOT NULL AS is_identified
    FROM staging.booking
    WHERE source_id = :source_id
    UNION ALL
    SELECT
        version_key,
        coalesce(person_key, reference_key) IS NOT NULL AS is_identified
    FROM staging.attendance
    WHERE source_id = :source_id
    UNION ALL
    SELECT
        version_key,
        coalesce(person_key, reference_key, link_code_key) IS NOT NULL AS is_identified
    FROM staging.response
    WHERE source_id = :source_id
),

brought AS (
    SELECT
        sighting.delivery_on,
        count(*) AS records_n,
        count(*) FILTER (WHERE version.is_identified) AS identified_n
    FROM staging.sighting AS sighting
    INNER JOIN version ON sighting.version_key = version.version_key
    WHERE sighting.source_id = :source_id
    GROUP BY sighting.delivery_on
)

SELECT
    delivery.delivery_on,
    CAST(delivery.received_n AS BIGINT) AS received_n,
    CAST(delivery.rejected_n AS BIGINT) AS rejected_n,
    coalesce(brought.records_n, 0) AS records_n,
    coalesce(brought.identified_n, 0) AS identified_n
FROM delivery
LEFT JOIN brought ON delivery.delivery_on = brought.delivery_on
ORDER BY delivery.delivery_on
