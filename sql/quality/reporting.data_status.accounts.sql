-- Grain: one row of counts over reporting.data_status.
-- Inputs: reporting.data_status, reporting.release
-- Each of the five counts goes to the nearest five by itself, one to seven to five: so the four parts may
-- show up to four too many each, and the whole two too few.
WITH as_of AS (
    SELECT max(as_of) AS day FROM reporting.release
),

shown_count AS (
    SELECT received_n AS shown FROM reporting.data_status
    UNION ALL
    SELECT loaded_n FROM reporting.data_status
    UNION ALL
    SELECT duplicate_n FROM reporting.data_status
    UNION ALL
    SELECT excluded_n FROM reporting.data_status
    UNION ALL
    SELECT rejected_n FROM reporting.data_status
)

SELECT
    count(*) FILTER (
        WHERE
        abs(status.received_n - status.loaded_n - status.duplicate_n - status.excluded_n - status.rejected_n)
        > 4 * 4 + 2
    ) AS unaccounted_sources_n,
    (
        SELECT count(*) FROM shown_count
        WHERE shown_count.shown % 5 <> 0
    ) AS unrounded_counts_n,
    count(*) FILTER (WHERE status.last_delivery_on > as_of.day) AS later_deliveries_n,
    coalesce(date_diff('day', max(status.last_delivery_on), max(as_of.day)), 0) AS silent_days_n,
    coalesce(CAST(sum(status.rejected_n) AS DOUBLE) / nullif(CAST(sum(status.received_n) AS DOUBLE), 0), 0.0)
        AS rejected_share
FROM reporting.data_status AS status
CROSS JOIN as_of
