-- Grain: one row of counts over core.fact_attendance.
-- Inputs: core.fact_attendance, core.dim_participant, core.dim_session
WITH participant AS (
    SELECT DISTINCT participant_key FROM core.dim_participant
),

session AS (
    SELECT DISTINCT session_code FROM core.dim_session
)

SELECT
    count(*) AS rows_n,
    count(*) - count(DISTINCT attendance.attendance_key) AS repeated_keys_n,
    count(attendance.participant_key)
    - (
        SELECT count(*)
        FROM (
            SELECT DISTINCT
                participant_key,
                session_code
            FROM core.fact_attendance
            WHERE participant_key IS NOT NULL
        ) AS distinct_presence
    ) AS repeated_presences_n,
    count(*) FILTER (WHERE attendance.participant_key IS NOT NULL AND participant.participant_key IS NULL)
        AS participant_orphans_n,
    count(*) FILTER (WHERE session.session_code IS NULL) AS session_orphans_n,
    count(*) FILTER (WHERE attendance.minutes < 0) AS negative_minutes_n,
    count(*) FILTER (WHERE attendance.minutes > 1440) AS over_a_day_n,
    coalesce(avg(CASE WHEN attendance.participant_key IS NULL THEN 1.0 ELSE 0.0 END), 0.0)
        AS unidentified_share,
    coalesce(avg(CASE WHEN attendance.is_attended THEN 1.0 ELSE 0.0 END), 0.0) AS attended_share
FROM core.fact_attendance AS attendance
LEFT JOIN participant ON attendance.participant_key = participant.participant_key
LEFT JOIN session ON attendance.session_code = session.session_code
