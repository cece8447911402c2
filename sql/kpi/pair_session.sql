-- Grain: one session with pairs of scores of one KPI, over everybody.
-- Inputs: kpi.item_pair, kpi.valid_response
SELECT
    item_pair.kpi_id,
    valid_response.breakdown,
    valid_response.level,
    valid_response.session_code,
    count(*) AS pairs_n,
    sum(item_pair.score_before) AS before_sum,
    sum(item_pair.score_after) AS after_sum
FROM kpi.item_pair
INNER JOIN kpi.valid_response ON item_pair.response_key = valid_response.response_key
WHERE item_pair.item = 'pair' AND item_pair.state = 'answered' AND valid_response.breakdown = 'all'
GROUP BY item_pair.kpi_id, valid_response.breakdown, valid_response.level, valid_response.session_code
