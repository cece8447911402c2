-- Grain: one valid response's number for one item of one KPI.
-- Inputs: kpi.item_answer, kpi.item_pair, kpi.item_triple, core.dim_kpi
-- A favourable answer counts as 1, another one as 0; of two scores the number is their difference.
SELECT
    item_answer.kpi_id,
    'favourable' AS item,
    item_answer.response_key,
    CASE WHEN item_answer.is_favourable THEN 1.0 ELSE 0.0 END AS item_value
FROM kpi.item_answer
INNER JOIN core.dim_kpi ON item_answer.kpi_id = dim_kpi.kpi_id AND dim_kpi.rule = 'top_share'
WHERE item_answer.state = 'answered' AND item_answer.item = 'item'
UNION ALL
SELECT
    item_answer.kpi_id,
    item_answer.item,
    item_answer.response_key,
    item_answer.score AS item_value
FROM kpi.item_answer
INNER JOIN core.dim_kpi ON item_answer.kpi_id = dim_kpi.kpi_id AND dim_kpi.rule <> 'top_share'
WHERE
    item_answer.state = 'answered'
    AND item_answer.score IS NOT NULL
    AND item_answer.item IN ('item', 'before', 'after')
UNION ALL
SELECT
    kpi_id,
    item,
    response_key,
    score_after - score_before AS item_value
FROM kpi.item_pair
WHERE state = 'answered'
UNION ALL
SELECT
    kpi_id,
    'since_before' AS item,
    response_key,
    score_later - score_before AS item_value
FROM kpi.item_triple
UNION ALL
SELECT
    kpi_id,
    'since_after' AS item,
    response_key,
    score_later - score_after AS item_value
FROM kpi.item_triple
