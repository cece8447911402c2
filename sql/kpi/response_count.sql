-- Grain: one wave in one part of one breakdown.
-- Inputs: kpi.reach_count, kpi.population, kpi.valid_response, core.dim_session, core.dim_wave
WITH basis AS (
    SELECT CAST(:as_of AS DATE) AS as_of
),

answered AS (
    SELECT
        valid_response.participant_key,
        valid_response.session_code,
        valid_response.wave,
        count(*) FILTER (
            WHERE valid_response.days_after BETWEEN dim_wave.from_day AND dim_wave.to_day
        ) > 0 AS is_in_window
    FROM kpi.valid_response
    INNER JOIN core.dim_wave ON valid_response.wave = dim_wave.wave
    WHERE valid_response.breakdown = 'all'
    GROUP BY valid_response.participant_key, valid_response.session_code, valid_response.wave
),

-- A wave without window is never due: its target day is missing.
expected AS (
    SELECT
        population.participant_key,
        population.session_code,
        dim_wave.wave,
        answered.participant_key IS NOT NULL AS is_answered,
        coalesce(answered.is_in_window, FALSE) AS is_in_window,
        coalesce(
            dim_session.session_on + CAST(dim_wave.target_day AS INTEGER) <= basis.as_of, FALSE
        ) AS is_due
    FROM kpi.population
    INNER JOIN core.dim_session ON population.session_code = dim_session.session_code
    CROSS JOIN core.dim_wave
    CROSS JOIN basis
    LEFT JOIN answered
        ON
            population.participant_key = answered.participant_key
            AND population.session_code = answered.session_code
            AND dim_wave.wave = answered.wave
    WHERE population.breakdown = 'all'
),

-- Only the few persons with several sessions need to be told apart; counting distinct keys is dear.
expected_count AS (
    SELECT
        expected.wave,
        population.breakdown,
        population.level,
        count(*) FILTER (WHERE expected.is_answered AND population.is_only)
        + count(DISTINCT expected.participant_key) FILTER (
            WHERE expected.is_answered AND NOT population.is_only
        ) AS attended_respondents_n,
        count(*) FILTER (WHERE expected.is_due AND expected.is_in_window) AS in_window_n,
        count(*) FILTER (WHERE expected.is_due) AS due_n,
        count(*) FILTER (WHERE expected.is_due AND population.is_only)
        + count(DISTINCT expected.participant_key) FILTER (
            WHERE expected.is_due AND NOT population.is_only
        ) AS due_persons_n
    FROM expected
    INNER JOIN kpi.population
        ON
            expected.participant_key = population.participant_key
            AND expected.session_code = population.session_code
    GROUP BY expected.wave, population.breakdown, population.level
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
    coalesce(expected_count.attended_respondents_n, 0) AS attended_respondents_n,
    coalesce(expected_count.in_window_n, 0) AS in_window_n,
    coalesce(expected_count.due_n, 0) AS due_n,
    coalesce(expected_count.due_persons_n, 0) AS due_persons_n
FROM kpi.reach_count
CROSS JOIN core.dim_wave
LEFT JOIN received_count
    ON
        dim_wave.wave = received_count.wave
        AND reach_count.breakdown = received_count.breakdown
        AND reach_count.level = received_count.level
LEFT JOIN expected_count
    ON
        dim_wave.wave = expected_count.wave
        AND reach_count.breakdown = expected_count.breakdown
        AND reach_count.level = expected_count.level
