-- Grain: the scores of one item of one KPI in one part, with how many gave the most frequent one.
-- Inputs: kpi.score_count, kpi.pair_count.
WITH given AS (
    SELECT
        kpi_id,
        item,
        breakdown,
        level,
        score,
        answers_n
    FROM kpi.score_count
    UNION ALL
    SELECT
        pair_count.kpi_id,
        'pair_' || side.name AS item,
        pair_count.breakdown,
        pair_count.level,
        CASE side.name
            WHEN 'before' THEN pair_count.score_before
            WHEN 'after' THEN pair_count.score_after
            ELSE pair_count.score_after - pair_count.score_before
        END AS score,
        pair_count.pairs_n AS answers_n
    FROM kpi.pair_count
    CROSS JOIN (VALUES ('before'), ('after'), ('difference')) AS side (name)
),

counted AS (
    SELECT
        kpi_id,
        item,
        breakdown,
        level,
        score,
        sum(answers_n) AS answers_n
    FROM given
    GROUP BY kpi_id, item, breakdown, level, score
)

SELECT
    kpi_id,
    item,
    breakdown,
    level,
    CAST(sum(answers_n) AS BIGINT) AS answers_n,
    CAST(max(answers_n) AS BIGINT) AS most_frequent_n
FROM counted
GROUP BY kpi_id, item, breakdown, level
