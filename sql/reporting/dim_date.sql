-- Grain: one day, without gaps, over the whole NHS financial years of the release.
-- Inputs: reporting.dim_group, reporting.data_status, reporting.session_summary, reporting.release
WITH bound AS (
    SELECT as_of AS day FROM reporting.release
    UNION ALL
    SELECT last_delivery_on FROM reporting.data_status
    UNION ALL
    SELECT first_session_on FROM reporting.session_summary
    UNION ALL
    SELECT last_session_on FROM reporting.session_summary
    UNION ALL
    SELECT CAST(level || '-01' AS DATE) FROM reporting.dim_group
    WHERE breakdown = 'month' AND NOT is_unknown
),

span AS (
    SELECT
        date_trunc('year', min(day) - INTERVAL 3 MONTH) + INTERVAL 3 MONTH AS first_day,
        date_trunc('year', max(day) - INTERVAL 3 MONTH) + INTERVAL 15 MONTH - INTERVAL 1 DAY AS last_day
    FROM bound
),

day AS (
    SELECT CAST(series.day AS DATE) AS date_on
    FROM span, generate_series(span.first_day, span.last_day, INTERVAL 1 DAY) AS series (day)
)

SELECT
    date_on,
    CAST(date_trunc('month', date_on) AS DATE) AS month_starts_on,
    CAST(strftime(date_on, '%Y%m') AS BIGINT) AS month_order,
    strftime(date_on, '%B %Y') AS month_label,
    strftime(date_on, '%Y') || '-Q' || CAST(extract('quarter' FROM date_on) AS VARCHAR) AS quarter_label,
    strftime(date_on - INTERVAL 3 MONTH, '%Y') || '/' || strftime(date_on + INTERVAL 9 MONTH, '%y')
        AS financial_year,
    strftime(date_on, '%A') AS weekday_label,
    CAST(extract('isodow' FROM date_on) AS BIGINT) AS weekday_order
FROM day
ORDER BY date_on
