-- Grain: one valid response in one part of one breakdown.
-- Inputs: core.fact_response, kpi.population
-- The whole takes every valid response, since a programme may count responses without attendance;
-- the parts take those whose person attended the session.
WITH valid AS (
    SELECT
        response_key,
        participant_key,
        session_code,
        wave,
        days_after,
        coalesce(respondent_key, response_key) AS respondent_key,
        count(*) OVER (PARTITION BY wave, coalesce(respondent_key, response_key)) = 1 AS is_only
    FROM core.fact_response
    WHERE state = 'valid'
)

SELECT
    response_key,
    participant_key,
    respondent_key,
    coalesce(session_code, '') AS session_code,
    wave,
    days_after,
    'all' AS breakdown,
    'all' AS level,
    is_only
FROM valid
UNION ALL
SELECT
    valid.response_key,
    valid.participant_key,
    valid.respondent_key,
    valid.session_code,
    valid.wave,
    valid.days_after,
    population.breakdown,
    population.level,
    valid.is_only
FROM valid
INNER JOIN kpi.population
    ON
        valid.participant_key = population.participant_key
        AND valid.session_code = population.session_code
WHERE population.breakdown <> 'all'
