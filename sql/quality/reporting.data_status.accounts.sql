-- Grain: one row of counts over reporting.data_status.
-- Inputs: reporting.data_status, reporting.release
-- Each of the counts goes to the nearest five by itself, one to seven to five: so the four parts of received
-- may show up to four too many each, and the whole two too few.
-- rule: every_record_is_accounted_for | critical | unaccounted_sources_n <= 0
--   Received is loaded, duplicate, excluded and rejected together; released counts allow for their rounding.
-- rule: what_is_withdrawn_was_loaded | critical | withdrawn_too_many_n <= 0
--   A withdrawn record was loaded once at least; rounding keeps the order of counts.
-- rule: counts_are_rounded | critical | unrounded_counts_n <= 0
--   Exact counts beside rounded ones give small cells away by subtraction (PRIVACY.md P16).
-- rule: nothing_was_delivered_later | warning | later_deliveries_n <= 0
--   A delivery after the as-of date could not be read, or came in while the release was made.
-- rule: deliveries_are_fresh | warning | silent_days_n <= 31
--   When nothing came for a month, the as-of date promises more than the data holds.
-- rule: few_records_are_rejected | warning | rejected_share <= 0.05
--   Many rejected records mean that an export has changed.
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
    UNION ALL
    SELECT withdrawn_n FROM reporting.data_status
)

SELECT
    count(*) FILTER (
        WHERE
        abs(status.received_n - status.loaded_n - status.duplicate_n - status.excluded_n - status.rejected_n)
        > 4 * 4 + 2
    ) AS unaccounted_sources_n,
    count(*) FILTER (WHERE status.withdrawn_n > status.loaded_n) AS withdrawn_too_many_n,
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
