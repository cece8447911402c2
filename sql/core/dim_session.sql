-- Grain: one training session that a current booking or attendance names.
-- Inputs: core.current_record, core.dim_programme, core.dim_phase, staging.booking, staging.attendance
-- Bookings say when a session was planned, attendance reports when its meeting was open. The plan counts
-- where the meeting was open at that time, since meetings open early for those who wait; else the report.
WITH planned AS (
    SELECT
        booking.session_code,
        min(booking.session_starts_at) AS starts_at,
        max(booking.session_ends_at) AS ends_at,
        min(booking.delivery_mode) AS delivery_mode
    FROM staging.booking AS booking
    INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
    GROUP BY booking.session_code
),

held AS (
    SELECT
        attendance.session_code,
        min(attendance.session_starts_at) AS starts_at,
        max(attendance.session_ends_at) AS ends_at
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
    GROUP BY attendance.session_code
),

session AS (
    SELECT
        coalesce(planned.session_code, held.session_code) AS session_code,
        CASE
            WHEN planned.starts_at BETWEEN held.starts_at AND held.ends_at THEN planned.starts_at
            ELSE coalesce(held.starts_at, planned.starts_at)
        END AS starts_at,
        CASE
            WHEN planned.ends_at BETWEEN held.starts_at AND held.ends_at THEN planned.ends_at
            ELSE coalesce(held.ends_at, planned.ends_at)
        END AS ends_at,
        planned.delivery_mode
    FROM planned
    FULL JOIN held ON planned.session_code = held.session_code
),

dated AS (
    SELECT
        session.session_code,
        session.starts_at,
        session.ends_at,
        CAST(session.starts_at AT TIME ZONE 'UTC' AT TIME ZONE programme.timezone AS DATE) AS session_on,
        session.delivery_mode
    FROM session
    CROSS JOIN core.dim_programme AS programme
)

SELECT
    dated.session_code,
    dated.starts_at,
    dated.ends_at,
    dated.session_on,
    coalesce(strftime(dated.session_on, '%Y-%m'), 'unknown') AS month_label,
    coalesce(min(phase.phase_id), 'unknown') AS phase_id,
    coalesce(dated.delivery_mode, 'unknown') AS delivery_mode
FROM dated
LEFT JOIN core.dim_phase AS phase ON dated.session_on BETWEEN phase.starts_on AND phase.ends_on
GROUP BY dated.session_code, dated.starts_at, dated.ends_at, dated.session_on, dated.delivery_mode
