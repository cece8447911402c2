-- Grain: one delivery of which a row is rejected or a file refused as of now, oldest first.
-- Inputs: ops.delivery.
SELECT
    source_id,
    delivery_on,
    sum(rejected_n) AS rejected_rows,
    count(*) FILTER (WHERE status = 'refused') AS refused_files,
    list(digest) AS digests
FROM ops.delivery
GROUP BY source_id, delivery_on
HAVING sum(rejected_n) + count(*) FILTER (WHERE status = 'refused') > 0
ORDER BY delivery_on, source_id
