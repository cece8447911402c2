-- Grain: one row of what was delivered and is in no figure as of now.
-- Inputs: ops.delivery.
SELECT
    count(*) FILTER (WHERE status = 'refused') AS refused_files_n,
    CAST(coalesce(sum(rejected_n), 0) AS BIGINT) AS rejected_n,
    CAST(coalesce(sum(excluded_n), 0) AS BIGINT) AS excluded_n
FROM ops.delivery
