-- Grain: the people whom the programme reached, in one part of one breakdown.
-- Inputs: reporting.kpi_by_group, reporting.dim_kpi, reporting.dim_group
WITH reached AS (
    SELECT
        by_group.*,
        whole.count_n AS of_people_n
    FROM reporting.kpi_by_group AS by_group
    INNER JOIN reporting.dim_kpi ON by_group.kpi_id = dim_kpi.kpi_id
    INNER JOIN reporting.kpi_by_group AS whole
        ON by_group.kpi_id = whole.kpi_id AND by_group.wave = whole.wave
    WHERE dim_kpi.rule = 'reach' AND whole.breakdown = 'all' AND by_group.breakdown <> 'all'
)

SELECT
    reached.kpi_id,
    reached.kpi_label,
    reached.breakdown,
    dim_group.breakdown_order,
    reached.breakdown_label,
    reached.level,
    reached.level_order,
    reached.level_label,
    reached.is_unknown,
    reached.map_code,
    reached.count_n AS people_n,
    reached.of_people_n,
    round(
        CAST(reached.count_n AS DOUBLE) / nullif(reached.of_people_n, 0),
        CASE WHEN reached.of_people_n < 1000 THEN 2 ELSE 3 END
    ) AS share,
    reached.suppressed
FROM reached
INNER JOIN reporting.dim_group
    ON reached.breakdown = dim_group.breakdown AND reached.level = dim_group.level
ORDER BY
    dim_group.breakdown_order,
    reached.level_order
