-- Grain: sessions with as many answers to one item of one KPI that have the same sums, over everybody.
-- Inputs: kpi.item_value, kpi.valid_response
-- A response without session is a session of its own.
WITH session_sum AS (
    SELECT
        item_value.kpi_id,
        item_value.item,
        count(*) AS answers_n,
        sum(item_value.item_value) AS value_sum,
        sum(item_value.item_value * item_value.item_value) AS value_square_sum
    FROM kpi.item_value
    INNER JOIN kpi.valid_response
        ON item_value.response_key = valid_response.response_key AND valid_response.breakdown = 'all'
    GROUP BY
        item_value.kpi_id,
        item_value.item,
        valid_response.session_code,
        CASE WHEN valid_response.session_code = '' THEN item_value.response_key END
)

SELECT
    kpi_id,
    item,
    answers_n,
    value_sum,
    value_square_sum,
    count(*) AS sessions_n
FROM session_sum
GROUP BY kpi_id, item, answers_n, value_sum, value_square_sum
