-- Grain: one row of counts over core.dim_date.
-- Inputs: core.dim_date, core.dim_session
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
