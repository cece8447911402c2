-- Grain: one score given to one numeric item of one KPI in one part of one breakdown.
-- Inputs: kpi.item_value, kpi.valid_response
SELECT
    item_value.kpi_id,
    item_value.item,
    valid_response.breakdown,
    valid_response.level,
    item_value.item_value AS score,
    count(*) AS answers_n
FROM kpi.item_value
INNER JOIN kpi.valid_response ON item_value.response_key = valid_response.response_key
WHERE item_value.item NOT IN ('favourable', 'pair')
GROUP BY
    item_value.kpi_id, item_value.item, valid_response.breakdown, valid_response.level, item_value.item_value
