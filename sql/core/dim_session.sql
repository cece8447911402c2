-- Grain: one training session that a current booking or attendance names.
-- Inputs: core.current_record, core.dim_programme, core.dim_phase, staging.booking, staging.attendance
-- Attendance reports say when a session was held; bookings only when it was planned.
WITH mention AS (
    SELECT
        booking.session_code,
        booking.session_starts_at AS starts_at,
        booking.session_ends_at AS ends_at,
        booking.delivery_mode,
        2 AS trust_order
    FROM staging.booking AS booking
    INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
    UNION ALL
    SELECT
        attendance.session_code,
        attendance.session_starts_at,
        attendance.session_ends_at,
        CAST(NULL AS VARCHAR) AS delivery_mode,
        1 AS trust_order
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
),

session AS (
    SELECT
        session_code,
        coalesce(min(starts_at) FILTER (WHERE trust_order = 1), min(starts_at)) AS starts_at,
        coalesce(max(ends_at) FILTER (WHERE trust_order = 1), max(ends_at)) AS ends_at,
        min(delivery_mode) AS delivery_mode
    FROM mention
    GROUP BY session_code
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
