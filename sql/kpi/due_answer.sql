-- Grain: one attendance due in one wave, for one KPI that compares who answered it with who did not.
-- Inputs: core.dim_kpi, core.dim_wave, kpi.follow_up, kpi.place, kpi.valid_response, kpi.item_answer,
-- core.fact_answer
-- In a wave without window, the answer is due from everybody who attended.
WITH expected AS (
    SELECT
        follow_up.participant_key,
        follow_up.session_code,
        follow_up.wave
    FROM kpi.follow_up
    WHERE follow_up.is_due
    UNION ALL
    SELECT
        place.person_key AS participant_key,
        place.session_code,
        dim_wave.wave
    FROM kpi.place
    CROSS JOIN core.dim_wave
    WHERE place.kind = 'attended' AND dim_wave.target_day IS NULL
),

scored AS (
    SELECT
        dim_kpi.kpi_id,
        valid_response.participant_key,
        valid_response.session_code,
        max(CASE WHEN valid_response.wave = dim_kpi.before_wave THEN fact_answer.score END) AS score_before,
        max(CASE WHEN valid_response.wave = dim_kpi.after_wave THEN fact_answer.score END) AS score_after
    FROM core.dim_kpi
    INNER JOIN kpi.valid_response
        ON
            valid_response.wave IN (dim_kpi.before_wave, dim_kpi.after_wave)
            AND valid_response.breakdown = 'all'
    INNER JOIN core.fact_answer
        ON
            valid_response.response_key = fact_answer.response_key
            AND dim_kpi.covariate_question_id = fact_answer.question_id
    WHERE fact_answer.state = 'answered'
    GROUP BY dim_kpi.kpi_id, valid_response.participant_key, valid_response.session_code
),

answered AS (
    SELECT
        item_answer.kpi_id,
        valid_response.participant_key,
        valid_response.session_code,
        max(CASE WHEN item_answer.state = 'answered' THEN 1 ELSE 0 END) AS is_valid,
        max(CASE WHEN item_answer.state = 'answered' AND item_answer.is_favourable THEN 1 ELSE 0 END)
            AS is_favourable
    FROM kpi.item_answer
    INNER JOIN kpi.valid_response
        ON item_answer.response_key = valid_response.response_key AND valid_response.breakdown = 'all'
    WHERE item_answer.item = 'item'
    GROUP BY item_answer.kpi_id, valid_response.participant_key, valid_response.session_code
)

SELECT
    dim_kpi.kpi_id,
    expected.participant_key,
    expected.session_code,
    place.sector,
    place.region_code,
    scored.score_before,
    scored.score_after,
    answered.kpi_id IS NOT NULL AS is_responded,
    coalesce(answered.is_valid = 1, FALSE) AS is_valid,
    coalesce(answered.is_favourable = 1, FALSE) AS is_favourable
FROM core.dim_kpi
INNER JOIN expected ON dim_kpi.wave = expected.wave
INNER JOIN kpi.place
    ON
        expected.participant_key = place.person_key
        AND expected.session_code = place.session_code
        AND place.kind = 'attended'
LEFT JOIN scored
    ON
        dim_kpi.kpi_id = scored.kpi_id
        AND expected.participant_key = scored.participant_key
        AND expected.session_code = scored.session_code
LEFT JOIN answered
    ON
        dim_kpi.kpi_id = answered.kpi_id
        AND expected.participant_key = answered.participant_key
        AND expected.session_code = answered.session_code
WHERE dim_kpi.covariate_question_id IS NOT NULL
