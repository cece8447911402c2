-- Grain: one row of counts over core.session_evidence.
-- Inputs: core.session_evidence, core.dim_session
-- rule: has_rows | critical | rows_n >= 1 | with bookings, attendance
--   Bookings and attendance reports name sessions.
-- rule: session_exists | critical | session_orphans_n <= 0
--   What is evidence of a session belongs to one.
-- rule: sources_agree_on_the_day | warning | sessions_of_several_days_n <= 0
--   Where bookings or reports name different days, a date was misread or the session was moved.
-- rule: meetings_lie_around_the_plan | warning | away_from_plan_n <= 0
--   Whoever joined a meeting that lies away from the plan of its session is not counted as having attended.
WITH planned AS (
    SELECT
        session_code,
        count(DISTINCT day_on) AS days_n,
        min(day_on) AS first_on,
        max(greatest(day_on, CAST(ends_at AS DATE))) AS last_on
    FROM core.session_evidence
    WHERE kind = 'plan'
    GROUP BY session_code
),

met AS (
    SELECT DISTINCT
        session_code,
        day_on
    FROM core.session_evidence
    WHERE state = 'held'
),

disagreeing AS (
    SELECT session_code
    FROM planned
    WHERE days_n > 1
    UNION
    SELECT met.session_code
    FROM met
    INNER JOIN planned ON met.session_code = planned.session_code
    WHERE met.day_on NOT BETWEEN planned.first_on AND planned.last_on
),

counted AS (
    SELECT count(*) AS sessions_n
    FROM disagreeing
)

SELECT
    count(evidence.session_code) AS rows_n,
    count(evidence.session_code) FILTER (WHERE session.session_code IS NULL) AS session_orphans_n,
    max(counted.sessions_n) AS sessions_of_several_days_n,
    count(*) FILTER (WHERE evidence.state = 'away_from_plan') AS away_from_plan_n
FROM counted
LEFT JOIN core.session_evidence AS evidence ON TRUE
LEFT JOIN core.dim_session AS session ON evidence.session_code = session.session_code
