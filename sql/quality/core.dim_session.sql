-- Grain: one row of counts over core.dim_session.
-- Inputs: core.dim_session, core.dim_phase
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
