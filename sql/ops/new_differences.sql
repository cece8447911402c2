-- Grain: one difference from the mapping that a delivery has and the loaded delivery before it had not.
-- Inputs: ops.drift, ops.delivery. Parameters: source_id, delivery_on.
WITH earlier AS (
    SELECT max(delivery_on) AS delivery_on
    FROM ops.delivery
    WHERE source_id = :source_id AND delivery_on < CAST(:delivery_on AS DATE) AND status = 'loaded'
)

SELECT DISTINCT
    change,
    column_name,
    column_key
FROM ops.drift
WHERE source_id = :source_id AND delivery_on = CAST(:delivery_on AS DATE)
EXCEPT
SELECT
    change,
    column_name,
    column_key
FROM ops.drift
WHERE source_id = :source_id AND delivery_on = (SELECT earlier.delivery_on FROM earlier)
ORDER BY change, column_name, column_key
