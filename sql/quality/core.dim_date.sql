-- Grain: one row of counts over core.dim_date.
-- Inputs: core.dim_date, core.dim_session
-- rule: has_rows | critical | days_n >= 365
--   Time intelligence of BI tools needs whole years.
-- rule: key_is_unique | critical | repeated_days_n <= 0
--   A day that stands twice would double what happened on it.
-- rule: has_no_gap | critical | missing_days_n <= 0
--   BI tools refuse a date table with a missing day.
-- rule: years_are_whole | critical | broken_years_n <= 0
--   BI tools refuse a date table that starts or ends within a year.
-- rule: sessions_are_covered | warning | uncovered_sessions_n <= 0
--   A session outside of the date table is missing from every chart over time.
WITH span AS (
    SELECT
        count(*) AS days_n,
        count(DISTINCT date_on) AS distinct_days_n,
        min(date_on) AS first_on,
        max(date_on) AS last_on
    FROM core.dim_date
),

bound_session AS (
    SELECT count(*) AS sessions_n
    FROM core.dim_session AS session
    LEFT JOIN core.dim_date AS day ON session.session_on = day.date_on
    WHERE session.session_on IS NOT NULL AND day.date_on IS NULL
)

SELECT
    span.days_n,
    span.days_n - span.distinct_days_n AS repeated_days_n,
    coalesce(date_diff('day', span.first_on, span.last_on) + 1 - span.distinct_days_n, 0) AS missing_days_n,
    CASE
        WHEN extract('month' FROM span.first_on) = 1 AND extract('day' FROM span.first_on) = 1 THEN 0 ELSE 1
    END
    + CASE
        WHEN extract('month' FROM span.last_on) = 12 AND extract('day' FROM span.last_on) = 31 THEN 0 ELSE 1
    END
        AS broken_years_n,
    bound_session.sessions_n AS uncovered_sessions_n
FROM span
CROSS JOIN bound_session
