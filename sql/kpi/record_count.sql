-- Grain: the programme: what became of every record that its sources delivered up to :as_of.
-- Inputs: ops.delivery, core.dim_source, core.fact_response
WITH delivered AS (
    SELECT
        sum(delivery.received_n) AS received_n,
        sum(delivery.loaded_n) AS loaded_n,
        sum(delivery.duplicate_n) AS duplicate_n,
        sum(delivery.excluded_n) AS excluded_n,
        sum(delivery.rejected_n) AS rejected_n
    FROM ops.delivery AS delivery
    INNER JOIN core.dim_source ON delivery.source_id = dim_source.source_id
    WHERE delivery.delivery_on <= CAST(:as_of AS DATE)
),

linked AS (
    SELECT count(*) FILTER (WHERE state = 'not_linked') AS unmatched_n FROM core.fact_response
)

SELECT
    CAST(coalesce(delivered.received_n, 0) AS BIGINT) AS received_n,
    CAST(coalesce(delivered.loaded_n, 0) AS BIGINT) AS loaded_n,
    CAST(coalesce(delivered.duplicate_n, 0) AS BIGINT) AS duplicate_n,
    CAST(coalesce(delivered.excluded_n, 0) AS BIGINT) AS excluded_n,
    CAST(coalesce(delivered.rejected_n, 0) AS BIGINT) AS rejected_n,
    linked.unmatched_n
FROM delivered
CROSS JOIN linked
