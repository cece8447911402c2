-- Grain: one numeric item of one KPI in one part of one breakdown.
-- Inputs: kpi.reach_count, kpi.item_answer, kpi.item_pair, kpi.item_triple, kpi.valid_response, core.dim_kpi
WITH item AS (
    SELECT
        kpi_id,
        'item' AS item
    FROM core.dim_kpi
    WHERE rule = 'mean'
    UNION ALL
    SELECT
        kpi_id,
        'difference' AS item
    FROM core.dim_kpi
    WHERE rule = 'mean' AND minus_question_id IS NOT NULL
    UNION ALL
    SELECT
        dim_kpi.kpi_id,
        part.item
    FROM core.dim_kpi
    CROSS JOIN (VALUES ('before'), ('after'), ('pair')) AS part (item)
    WHERE dim_kpi.rule = 'change'
    UNION ALL
    SELECT
        dim_kpi.kpi_id,
        part.item
    FROM core.dim_kpi
    CROSS JOIN (VALUES ('since_before'), ('since_after')) AS part (item)
    WHERE dim_kpi.rule = 'sustained'
),

asked AS (
    SELECT
        kpi_id,
        item,
        response_key,
        state
    FROM kpi.item_answer
    UNION ALL
    SELECT
        kpi_id,
        item,
        response_key,
        state
    FROM kpi.item_pair
    UNION ALL
    SELECT
        item_triple.kpi_id,
        part.item,
        item_triple.response_key,
        'answered' AS state
    FROM kpi.item_triple
    CROSS JOIN (VALUES ('since_before'), ('since_after')) AS part (item)
),

-- Only the few persons with several responses need to be told apart; counting distinct keys is dear.
asked_count AS (
    SELECT
        asked.kpi_id,
        asked.item,
        valid_response.breakdown,
        valid_response.level,
        count(*) FILTER (WHERE asked.state = 'answered' AND valid_response.is_only)
        + count(DISTINCT valid_response.respondent_key) FILTER (
            WHERE asked.state = 'answered' AND NOT valid_response.is_only
        ) AS people_n,
        count(*) FILTER (WHERE asked.state IN ('blank', 'not_reached', 'not_understood')) AS blank_n,
        count(*) FILTER (WHERE asked.state = 'not_applicable') AS not_applicable_n,
        count(*) AS eligible_n
    FROM asked
    INNER JOIN item ON asked.kpi_id = item.kpi_id AND asked.item = item.item
    INNER JOIN kpi.valid_response ON asked.response_key = valid_response.response_key
    GROUP BY asked.kpi_id, asked.item, valid_response.breakdown, valid_response.level
)

SELECT
    item.kpi_id,
    item.item,
    reach_count.breakdown,
    reach_count.level,
    coalesce(asked_count.people_n, 0) AS people_n,
    coalesce(asked_count.blank_n, 0) AS blank_n,
    coalesce(asked_count.not_applicable_n, 0) AS not_applicable_n,
    coalesce(asked_count.eligible_n, 0) AS eligible_n
FROM item
CROSS JOIN kpi.reach_count
LEFT JOIN asked_count
    ON
        item.kpi_id = asked_count.kpi_id
        AND item.item = asked_count.item
        AND reach_count.breakdown = asked_count.breakdown
        AND reach_count.level = asked_count.level
