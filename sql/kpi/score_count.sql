-- Grain: one score given to one numeric item of one KPI in one part of one breakdown.
-- Inputs: kpi.item_answer, kpi.item_pair, kpi.item_triple, kpi.valid_response
WITH scored AS (
    SELECT
        kpi_id,
        item,
        response_key,
        score
    FROM kpi.item_answer
    WHERE state = 'answered' AND score IS NOT NULL AND item IN ('item', 'before', 'after')
    UNION ALL
    SELECT
        kpi_id,
        item,
        response_key,
        score_after - score_before AS score
    FROM kpi.item_pair
    WHERE state = 'answered' AND item = 'difference'
    UNION ALL
    SELECT
        kpi_id,
        'since_before' AS item,
        response_key,
        score_later - score_before AS score
    FROM kpi.item_triple
    UNION ALL
    SELECT
        kpi_id,
        'since_after' AS item,
        response_key,
        score_later - score_after AS score
    FROM kpi.item_triple
)

SELECT
    scored.kpi_id,
    scored.item,
    valid_response.breakdown,
    valid_response.level,
    scored.score,
    count(*) AS answers_n
FROM scored
INNER JOIN kpi.valid_response ON scored.response_key = valid_response.response_key
GROUP BY scored.kpi_id, scored.item, valid_response.breakdown, valid_response.level, scored.score
