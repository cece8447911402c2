-- Grain: one valid response's answer to one item of one KPI.
-- Inputs: kpi.valid_response, core.fact_answer, core.dim_kpi, core.dim_wave, core.kpi_option
-- Where the wave has a window, answers outside it belong to the item any_time alone.
WITH item AS (
    SELECT
        kpi_id,
        'item' AS item,
        question_id,
        wave
    FROM core.dim_kpi
    WHERE rule IN ('top_share', 'mean')
    UNION ALL
    SELECT
        kpi_id,
        'minus' AS item,
        minus_question_id AS question_id,
        wave
    FROM core.dim_kpi
    WHERE rule = 'mean' AND minus_question_id IS NOT NULL
    UNION ALL
    SELECT
        kpi_id,
        'before' AS item,
        question_id,
        before_wave AS wave
    FROM core.dim_kpi
    WHERE rule = 'change'
    UNION ALL
    SELECT
        kpi_id,
        'after' AS item,
        question_id,
        wave
    FROM core.dim_kpi
    WHERE rule = 'change'
    UNION ALL
    SELECT
        dim_kpi.kpi_id,
        'any_time' AS item,
        dim_kpi.question_id,
        dim_kpi.wave
    FROM core.dim_kpi
    INNER JOIN core.dim_wave ON dim_kpi.wave = dim_wave.wave AND dim_wave.target_day IS NOT NULL
    WHERE dim_kpi.rule = 'top_share'
)

-- A multiple question has a row per ticked option, all answered: here they are one answer again.
SELECT
    item.kpi_id,
    item.item,
    valid_response.response_key,
    min(fact_answer.state) AS state,
    max(CASE WHEN kpi_option.option_code IS NULL THEN 0 ELSE 1 END) = 1 AS is_favourable,
    max(fact_answer.option_order) AS option_order,
    max(fact_answer.score) AS score
FROM item
INNER JOIN core.dim_wave ON item.wave = dim_wave.wave
INNER JOIN kpi.valid_response
    ON
        item.wave = valid_response.wave
        AND valid_response.breakdown = 'all'
        AND (
            item.item = 'any_time'
            OR dim_wave.target_day IS NULL
            OR valid_response.days_after IS NULL
            OR valid_response.days_after BETWEEN dim_wave.from_day AND dim_wave.to_day
        )
INNER JOIN core.fact_answer
    ON
        valid_response.response_key = fact_answer.response_key
        AND item.question_id = fact_answer.question_id
LEFT JOIN core.kpi_option
    ON
        item.kpi_id = kpi_option.kpi_id
        AND fact_answer.option_code = kpi_option.option_code
GROUP BY item.kpi_id, item.item, valid_response.response_key
