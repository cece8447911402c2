-- Grain: one row of counts over core.dim_facilitator.
-- Inputs: core.dim_facilitator
SELECT
    count(*) - count(DISTINCT facilitator_key) AS repeated_keys_n,
    count(*) FILTER (WHERE session_n < 1) AS without_session_n
FROM core.dim_facilitator
