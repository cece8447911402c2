-- Grain: one person's three answers to one item about one session: before, after and later.
-- Inputs: core.dim_kpi, core.fact_answer, kpi.valid_response
-- Complete cases only; a later answer without both others compares with nothing.
WITH answered AS (
    SELECT
        dim_kpi.kpi_id,
        valid_response.wave,
        valid_response.response_key,
        valid_response.respondent_key,
        valid_response.session_code,
        fact_answer.score,
        dim_kpi.before_wave,
        dim_kpi.after_wave,
        dim_kpi.wave AS later_wave
    FROM core.dim_kpi
    INNER JOIN kpi.valid_response
        ON
            valid_response.wave IN (dim_kpi.before_wave, dim_kpi.after_wave, dim_kpi.wave)
            AND valid_response.breakdown = 'all'
            AND valid_response.session_code <> ''
    INNER JOIN core.fact_answer
        ON
            valid_response.response_key = fact_answer.response_key
            AND dim_kpi.question_id = fact_answer.question_id
    WHERE dim_kpi.rule = 'sustained' AND fact_answer.state = 'answered'
)

SELECT
    later.kpi_id,
    later.response_key,
    earlier.score AS score_before,
    middle.score AS score_after,
    later.score AS score_later
FROM answered AS later
INNER JOIN answered AS earlier
    ON
        later.kpi_id = earlier.kpi_id
        AND later.respondent_key = earlier.respondent_key
        AND later.session_code = earlier.session_code
        AND earlier.wave = earlier.before_wave
INNER JOIN answered AS middle
    ON
        later.kpi_id = middle.kpi_id
        AND later.respondent_key = middle.respondent_key
        AND later.session_code = middle.session_code
        AND middle.wave = middle.after_wave
WHERE later.wave = later.later_wave
