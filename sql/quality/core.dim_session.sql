-- Grain: one row of counts over core.dim_session.
-- Inputs: core.dim_session, core.dim_phase
-- rule: has_rows | critical | rows_n >= 1 | with bookings, attendance
--   Bookings and attendance reports name sessions.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A session that stands twice would count its participants twice.
-- rule: phase_exists | critical | phase_orphans_n <= 0
--   The phase of a session is one of the programme's, or unknown.
-- rule: ends_after_it_starts | critical | negative_durations_n <= 0
--   A session that ends before it starts has a wrong time, and linking responses rests on it.
-- rule: lasts_at_most_half_a_day | warning | long_sessions_n <= 0
--   A longer session is most likely a day and a month that were swapped.
-- rule: month_is_that_of_the_date | critical | wrong_months_n <= 0
--   The monthly breakdown rests on the label.
-- rule: most_are_dated | warning | undated_share <= 0.1
--   Sessions without date are missing from the monthly breakdown and never fall due.
-- rule: most_lie_in_a_phase | warning | outside_phases_share <= 0.1 | with phases
--   Sessions outside of every phase mean that the programme file lacks one, or that dates were misread.
WITH phase AS (
    SELECT DISTINCT phase_id FROM core.dim_phase
)

SELECT
    count(*) AS rows_n,
    count(*) - count(DISTINCT session.session_code) AS repeated_keys_n,
    count(*) FILTER (WHERE session.phase_id <> 'unknown' AND phase.phase_id IS NULL) AS phase_orphans_n,
    count(*) FILTER (WHERE session.ends_at < session.starts_at) AS negative_durations_n,
    count(*) FILTER (WHERE session.ends_at > session.starts_at + INTERVAL 12 HOUR) AS long_sessions_n,
    count(*) FILTER (
        WHERE session.month_label <> coalesce(strftime(session.session_on, '%Y-%m'), 'unknown')
    ) AS wrong_months_n,
    coalesce(avg(CASE WHEN session.session_on IS NULL THEN 1.0 ELSE 0.0 END), 0.0) AS undated_share,
    coalesce(avg(CASE WHEN session.phase_id = 'unknown' THEN 1.0 ELSE 0.0 END), 0.0) AS outside_phases_share
FROM core.dim_session AS session
LEFT JOIN phase ON session.phase_id = phase.phase_id
