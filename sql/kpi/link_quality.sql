-- Grain: one wave, over every phase.
-- Inputs: core.dim_wave, core.fact_response
-- Eligible is every current response: tests and previews were never loaded.
WITH linked AS (
    SELECT
        wave,
        count(*) AS eligible_n,
        count(*) FILTER (WHERE link_tier = 'reference') AS reference_n,
        count(*) FILTER (WHERE link_tier = 'email') AS email_n,
        count(*) FILTER (WHERE link_tier = 'code') AS code_n,
        count(*) FILTER (WHERE link_tier = 'near_code') AS near_code_n,
        count(*) FILTER (WHERE link_outcome = 'ambiguous') AS ambiguous_n,
        count(*) FILTER (WHERE link_outcome = 'collided') AS collided_n,
        count(*) FILTER (WHERE link_outcome = 'unmatched') AS unmatched_n,
        count(*) FILTER (WHERE link_tier IN ('code', 'near_code') AND participant_key IS NULL) AS unnamed_n
    FROM core.fact_response
    GROUP BY wave
),

valid AS (
    SELECT
        fact_response.respondent_key,
        fact_response.session_code,
        dim_wave.wave,
        dim_wave.wave_order
    FROM core.fact_response
    INNER JOIN core.dim_wave ON fact_response.wave = dim_wave.wave
    WHERE
        fact_response.state = 'valid'
        AND fact_response.respondent_key IS NOT NULL
        AND fact_response.session_code IS NOT NULL
),

paired AS (
    SELECT
        later.wave,
        count(*) AS pairs_n
    FROM valid AS later
    INNER JOIN valid AS earlier
        ON
            later.respondent_key = earlier.respondent_key
            AND later.session_code = earlier.session_code
            AND later.wave_order = earlier.wave_order + 1
    GROUP BY later.wave
)

SELECT
    dim_wave.wave,
    'all' AS phase,
    coalesce(linked.eligible_n, 0) AS eligible_n,
    coalesce(linked.reference_n, 0) AS reference_n,
    coalesce(linked.email_n, 0) AS email_n,
    coalesce(linked.code_n, 0) AS code_n,
    coalesce(linked.near_code_n, 0) AS near_code_n,
    coalesce(linked.ambiguous_n, 0) AS ambiguous_n,
    coalesce(linked.collided_n, 0) AS collided_n,
    coalesce(linked.unmatched_n, 0) AS unmatched_n,
    coalesce(linked.unnamed_n, 0) AS unnamed_n,
    CASE WHEN dim_wave.wave_order > 1 THEN coalesce(paired.pairs_n, 0) END AS pairs_n
FROM core.dim_wave
LEFT JOIN linked ON dim_wave.wave = linked.wave
LEFT JOIN paired ON dim_wave.wave = paired.wave
