-- Grain: those due in one wave with the same sector, region, score before and score after, for one KPI.
-- Inputs: kpi.due_answer
SELECT
    kpi_id,
    sector,
    region_code,
    score_before,
    score_after,
    count(*) AS due_n,
    count(*) FILTER (WHERE is_responded) AS responded_n,
    count(*) FILTER (WHERE is_valid) AS valid_n,
    count(*) FILTER (WHERE is_favourable) AS favourable_n
FROM kpi.due_answer
GROUP BY kpi_id, sector, region_code, score_before, score_after
