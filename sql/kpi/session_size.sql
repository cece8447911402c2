-- Grain: one item of one KPI in one part of one breakdown.
-- Inputs: kpi.item_value, kpi.valid_response
-- A response without session is a session of its own.
WITH session_size AS (
    SELECT
        item_value.kpi_id,
        item_value.item,
        valid_response.breakdown,
        valid_response.level,
        count(*) AS answers_n
    FROM kpi.item_value
    INNER JOIN kpi.valid_response ON item_value.response_key = valid_response.response_key
    GROUP BY
        item_value.kpi_id,
        item_value.item,
        valid_response.breakdown,
        valid_response.level,
        valid_response.session_code,
        CASE WHEN valid_response.session_code = '' THEN item_value.response_key END
)

SELECT
    kpi_id,
    item,
    breakdown,
    level,
    CAST(sum(answers_n) AS BIGINT) AS answers_n,
    count(*) AS sessions_n,
    CAST(sum(answers_n * answers_n) AS BIGINT) AS answers_square_sum
FROM session_size
GROUP BY kpi_id, item, breakdown, level
