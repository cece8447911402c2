-- Grain: one item of one KPI that is a share of answers, in one part of one breakdown.
-- Inputs: kpi.reach_count, kpi.item_answer, kpi.valid_response, core.dim_kpi, core.dim_wave
-- Only the few persons with several responses need to be told apart; counting distinct keys is dear.
WITH asked AS (
    SELECT
        kpi_id,
        'item' AS item
    FROM core.dim_kpi
    WHERE rule = 'top_share'
    UNION ALL
    SELECT
        dim_kpi.kpi_id,
        'any_time' AS item
    FROM core.dim_kpi
    INNER JOIN core.dim_wave ON dim_kpi.wave = dim_wave.wave AND dim_wave.target_day IS NOT NULL
    WHERE dim_kpi.rule = 'top_share'
),

answered AS (
    SELECT
        item_answer.kpi_id,
        item_answer.item,
        valid_response.breakdown,
        valid_response.level,
        CAST(sum(item_answer.option_order) AS BIGINT) AS order_sum,
        CAST(sum(item_answer.option_order * item_answer.option_order) AS BIGINT) AS order_square_sum,
        count(*) FILTER (WHERE item_answer.state = 'answered' AND item_answer.is_favourable) AS favourable_n,
        count(*) FILTER (WHERE item_answer.state = 'answered') AS valid_n,
        count(*) FILTER (WHERE item_answer.state = 'answered' AND valid_response.is_only)
        + count(DISTINCT valid_response.respondent_key) FILTER (
            WHERE item_answer.state = 'answered' AND NOT valid_response.is_only
        ) AS people_n,
        count(*) FILTER (WHERE item_answer.state IN ('blank', 'not_reached', 'not_understood')) AS blank_n,
        count(*) FILTER (WHERE item_answer.state = 'not_applicable') AS not_applicable_n,
        count(*) AS eligible_n
    FROM kpi.item_answer
    INNER JOIN kpi.valid_response ON item_answer.response_key = valid_response.response_key
    INNER JOIN core.dim_kpi ON item_answer.kpi_id = dim_kpi.kpi_id AND dim_kpi.rule = 'top_share'
    GROUP BY item_answer.kpi_id, item_answer.item, valid_response.breakdown, valid_response.level
)

SELECT
    asked.kpi_id,
    asked.item,
    reach_count.breakdown,
    reach_count.level,
    coalesce(answered.favourable_n, 0) AS favourable_n,
    coalesce(answered.valid_n, 0) AS valid_n,
    coalesce(answered.people_n, 0) AS people_n,
    coalesce(answered.blank_n, 0) AS blank_n,
    coalesce(answered.not_applicable_n, 0) AS not_applicable_n,
    coalesce(answered.eligible_n, 0) AS eligible_n,
    coalesce(answered.order_sum, 0) AS order_sum,
    coalesce(answered.order_square_sum, 0) AS order_square_sum
FROM asked
CROSS JOIN kpi.reach_count
LEFT JOIN answered
    ON
        asked.kpi_id = answered.kpi_id
        AND asked.item = answered.item
        AND reach_count.breakdown = answered.breakdown
        AND reach_count.level = answered.level
