-- Grain: one pair of scores, before and after, of one KPI, linked alike, in one part of one breakdown.
-- Inputs: kpi.item_pair, kpi.valid_response
SELECT
    item_pair.kpi_id,
    valid_response.breakdown,
    valid_response.level,
    item_pair.score_before,
    item_pair.score_after,
    item_pair.is_first_tier,
    count(*) AS pairs_n
FROM kpi.item_pair
INNER JOIN kpi.valid_response ON item_pair.response_key = valid_response.response_key
WHERE item_pair.item = 'pair' AND item_pair.state = 'answered'
GROUP BY
    item_pair.kpi_id, valid_response.breakdown, valid_response.level,
    item_pair.score_before, item_pair.score_after, item_pair.is_first_tier
