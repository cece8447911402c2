-- Grain: one row of counts over core.fact_attendance.
-- Inputs: core.fact_attendance, core.dim_participant, core.dim_session
-- rule: has_rows | critical | rows_n >= 1 | with attendance
--   The programme has a source of attendance reports, so none at all means that loading them failed.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   An attendance that stands twice would be counted twice.
-- rule: one_presence_for_each_person_and_session | critical | repeated_presences_n <= 0
--   Joins and devices of one person in one session are one attendance.
-- rule: participant_exists | critical | participant_orphans_n <= 0
--   An identified attendance belongs to a participant.
-- rule: session_exists | critical | session_orphans_n <= 0
--   An attendance without session would be missing from the counts.
-- rule: minutes_are_not_negative | critical | negative_minutes_n <= 0
--   Time present is a length.
-- rule: minutes_fit_a_day | warning | over_a_day_n <= 0
--   More than a day in one session means that join and leave times were misread.
-- rule: most_are_identified | warning | unidentified_share <= 0.3
--   Attendances without e-mail address are left out of the number of participants.
-- rule: most_stayed | warning | attended_share >= 0.5 | with attendance
--   When most stay under the least time, times were most likely misread.
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
