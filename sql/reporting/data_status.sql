-- Grain: one source, over all of its deliveries.
-- Inputs: ops.delivery
-- Counts of records go to the nearest five, as every released count does; one to seven are given as five,
-- since they are records and not people, and a zero would hide them.
SELECT
    source_id,
    count(DISTINCT delivery_on) AS deliveries_n,
    count(*) AS files_n,
    count(*) FILTER (WHERE status = 'refused') AS refused_files_n,
    max(delivery_on) AS last_delivery_on,
    CAST(CASE WHEN sum(received_n) = 0 THEN 0 ELSE greatest(round(sum(received_n) / 5.0) * 5, 5) END AS BIGINT) AS received_n,
    CAST(CASE WHEN sum(loaded_n) = 0 THEN 0 ELSE greatest(round(sum(loaded_n) / 5.0) * 5, 5) END AS BIGINT) AS loaded_n,
    CAST(CASE WHEN sum(duplicate_n) = 0 THEN 0 ELSE greatest(round(sum(duplicate_n) / 5.0) * 5, 5) END AS BIGINT) AS duplicate_n,
    CAST(CASE WHEN sum(excluded_n) = 0 THEN 0 ELSE greatest(round(sum(excluded_n) / 5.0) * 5, 5) END AS BIGINT) AS excluded_n,
    CAST(CASE WHEN sum(rejected_n) = 0 THEN 0 ELSE greatest(round(sum(rejected_n) / 5.0) * 5, 5) END AS BIGINT) AS rejected_n
FROM ops.delivery
GROUP BY source_id
