-- Grain: one day, without gaps, over the whole years from the first to the last phase, session or as-of date.
-- Inputs: core.dim_programme, core.dim_phase, core.current_record, staging.booking, staging.attendance
WITH session_start AS (
    SELECT booking.session_starts_at AS starts_at
    FROM staging.booking AS booking
    INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
    UNION
    SELECT attendance.session_starts_at
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
),

bound AS (
    SELECT CAST(:as_of AS DATE) AS day
    UNION ALL
    SELECT starts_on FROM core.dim_phase
    UNION ALL
    SELECT ends_on FROM core.dim_phase
    UNION ALL
    SELECT CAST(session_start.starts_at AT TIME ZONE 'UTC' AT TIME ZONE programme.timezone AS DATE)
    FROM session_start
    CROSS JOIN core.dim_programme AS programme
),

day AS (
    SELECT CAST(series.day AS DATE) AS date_on
    FROM (
        SELECT
            date_trunc('year', min(day)) AS first_day,
            date_trunc('year', max(day)) + INTERVAL 1 YEAR - INTERVAL 1 DAY AS last_day
        FROM bound
    ) AS span,
        generate_series(
            CAST(span.first_day AS TIMESTAMP), CAST(span.last_day AS TIMESTAMP), INTERVAL 1 DAY
        ) AS series (day)
)

SELECT
    date_on,
    CAST(date_trunc('month', date_on) AS DATE) AS month_starts_on,
    strftime(date_on, '%Y-%m') AS month_label,
    CAST(extract('year' FROM date_on) AS VARCHAR) || '-Q' || CAST(extract('quarter' FROM date_on) AS VARCHAR)
        AS quarter_label,
    strftime(date_on - INTERVAL 3 MONTH, '%Y') || '/' || strftime(date_on + INTERVAL 9 MONTH, '%y')
        AS financial_year,
    CASE CAST(extract('isodow' FROM date_on) AS BIGINT)
        WHEN 1 THEN 'Monday'
        WHEN 2 THEN 'Tuesday'
        WHEN 3 THEN 'Wednesday'
        WHEN 4 THEN 'Thursday'
        WHEN 5 THEN 'Friday'
        WHEN 6 THEN 'Saturday'
        ELSE 'Sunday'
    END AS weekday_label,
    CAST(extract('isodow' FROM date_on) AS BIGINT) AS weekday_order
FROM day
