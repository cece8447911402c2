-- Grain: one row, with how many headers of a delivery no file of the loaded delivery before it had.
-- Inputs: ops.delivery. Parameters: source_id, delivery_on.
WITH earlier AS (
    SELECT max(delivery_on) AS delivery_on
    FROM ops.delivery
    WHERE source_id = :source_id AND delivery_on < CAST(:delivery_on AS DATE) AND status = 'loaded'
)

SELECT count(DISTINCT schema_fingerprint) AS layouts_n
FROM ops.delivery
WHERE
    source_id = :source_id
    AND delivery_on = CAST(:delivery_on AS DATE)
    AND status = 'loaded'
    AND (SELECT earlier.delivery_on FROM earlier) IS NOT NULL
    AND schema_fingerprint NOT IN (
        SELECT before.schema_fingerprint
        FROM ops.delivery AS before
        WHERE before.source_id = :source_id AND before.delivery_on = (SELECT earlier.delivery_on FROM earlier)
    )
