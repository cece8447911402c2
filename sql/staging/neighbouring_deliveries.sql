-- Grain: one row, with the days of the deliveries of the source before and after the one that is loaded; with
-- its own day where there is none.
-- Inputs: ops.delivery. Parameters: source_id, delivery_on.
WITH neighbour AS (
    SELECT
        max(delivery_on) FILTER (WHERE delivery_on < :delivery_on) AS before_on,
        min(delivery_on) FILTER (WHERE delivery_on > :delivery_on) AS after_on
    FROM ops.delivery
    WHERE source_id = :source_id
)

SELECT
    coalesce(before_on, CAST(:delivery_on AS DATE)) AS before_on,
    coalesce(after_on, CAST(:delivery_on AS DATE)) AS after_on
FROM neighbour
