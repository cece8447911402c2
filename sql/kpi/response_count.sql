-- Grain: one wave in one part of one breakdown.
-- Inputs: kpi.reach_count, kpi.population, kpi.valid_response, kpi.follow_up, core.dim_wave
-- Only the few persons with several sessions need to be told apart; counting distinct keys is dear.
WITH answered AS (
    SELECT DISTINCT
        participant_key,
        session_code,
        wave
    FROM kpi.valid_response
    WHERE breakdown = 'all'
),

attended_count AS (
    SELECT
        answered.wave,
        population.breakdown,
        population.level,
        count(*) FILTER (WHERE population.is_only)
        + count(DISTINCT population.participant_key) FILTER (WHERE NOT population.is_only)
            AS attended_respondents_n
    FROM answered
    INNER JOIN kpi.population
        ON
            answered.participant_key = population.participant_key
            AND answered.session_code = population.session_code
    GROUP BY answered.wave, population.breakdown, population.level
),

-- A wave without window is never due: it has no row in kpi.follow_up.
due_count AS (
    SELECT
        follow_up.wave,
        population.breakdown,
        population.level,
        count(*) FILTER (WHERE follow_up.state = 'responded_in_window') AS in_window_n,
        count(*) AS due_n,
        count(*) FILTER (WHERE population.is_only)
        + count(DISTINCT follow_up.participant_key) FILTER (WHERE NOT population.is_only) AS due_persons_n
    FROM kpi.follow_up
    INNER JOIN kpi.population
        ON
            follow_up.participant_key = population.participant_key
            AND follow_up.session_code = population.session_code
    WHERE follow_up.is_due
    GROUP BY follow_up.wave, population.breakdown, population.level
),

received_count AS (
    SELECT
        wave,
        breakdown,
        level,
        count(*) FILTER (WHERE is_only)
        + count(DISTINCT respondent_key) FILTER (WHERE NOT is_only) AS respondents_n,
        count(*) AS responses_n
    FROM kpi.valid_response
    GROUP BY wave, breakdown, level
)

SELECT
    dim_wave.wave,
    reach_count.breakdown,
    reach_count.level,
    reach_count.persons_n,
    reach_count.attendances_n AS attended_n,
    coalesce(received_count.respondents_n, 0) AS respondents_n,
    coalesce(received_count.responses_n, 0) AS responses_n,
    coalesce(attended_count.attended_respondents_n, 0) AS attended_respondents_n,
    coalesce(due_count.in_window_n, 0) AS in_window_n,
    coalesce(due_count.due_n, 0) AS due_n,
    coalesce(due_count.due_persons_n, 0) AS due_persons_n
FROM kpi.reach_count
CROSS JOIN core.dim_wave
LEFT JOIN received_count
    ON
        dim_wave.wave = received_count.wave
        AND reach_count.breakdown = received_count.breakdown
        AND reach_count.level = received_count.level
LEFT JOIN attended_count
    ON
        dim_wave.wave = attended_count.wave
        AND reach_count.breakdown = attended_count.breakdown
        AND reach_count.level = attended_count.level
LEFT JOIN due_count
    ON
        dim_wave.wave = due_count.wave
        AND reach_count.breakdown = due_count.breakdown
        AND reach_count.level = due_count.level
