-- Grain: one delivery of which a row is rejected, an answer not understood or a file refused now, oldest
-- first.
-- Inputs: ops.delivery, staging.answer, staging.sighting.
WITH unread AS (
    SELECT
        sighting.source_id,
        sighting.delivery_on,
        sighting.until_on,
        count(*) AS answers_n
    FROM staging.answer AS answer
    INNER JOIN staging.sighting AS sighting ON answer.version_key = sighting.version_key
    WHERE answer.state = 'not_understood'
    GROUP BY sighting.source_id, sighting.delivery_on, sighting.until_on
),

delivery AS (
    SELECT
        source_id,
        delivery_on,
        sum(rejected_n) AS rejected_n,
        count(*) FILTER (WHERE status = 'refused') AS refused_n,
        list(digest) AS digests
    FROM ops.delivery
    GROUP BY source_id, delivery_on
)

SELECT
    delivery.source_id,
    delivery.delivery_on,
    any_value(delivery.rejected_n) AS rejected_rows,
    any_value(delivery.refused_n) AS refused_files,
    coalesce(sum(unread.answers_n), 0) AS unread_answers,
    any_value(delivery.digests) AS digests
FROM delivery
LEFT JOIN unread
    ON
        delivery.source_id = unread.source_id
        AND delivery.delivery_on BETWEEN unread.delivery_on AND unread.until_on
GROUP BY delivery.source_id, delivery.delivery_on
HAVING any_value(delivery.rejected_n) + any_value(delivery.refused_n) + coalesce(sum(unread.answers_n), 0) > 0
ORDER BY delivery.delivery_on, delivery.source_id
