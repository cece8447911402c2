-- Grain: the headline of one KPI in one wave, for the whole programme.
-- Inputs: reporting.kpi_by_group, reporting.kpi, reporting.dim_kpi
SELECT
    by_group.kpi_id,
    by_group.kpi_order,
    by_group.kpi_label,
    by_group.wave,
    by_group.wave_order,
    by_group.wave_label,
    by_group.estimand,
    by_group.estimand_label,
    dim_kpi.definition_text,
    dim_kpi.evaluation_level,
    by_group.value_text,
    by_group.interval_text,
    by_group.fraction,
    by_group.fraction_low,
    by_group.fraction_high,
    by_group.points,
    by_group.points_low,
    by_group.points_high,
    by_group.count_n,
    by_group.base_n,
    by_group.base_label,
    by_group.target,
    dim_kpi.target_text,
    by_group.met,
    by_group.assured,
    kpi.status,
    kpi.status_reason,
    kpi.definition_version,
    kpi.definition_status,
    by_group.suppressed
FROM reporting.kpi_by_group AS by_group
INNER JOIN reporting.kpi
    ON
        by_group.kpi_id = kpi.kpi_id
        AND by_group.estimand = kpi.estimand
        AND by_group.wave = kpi.wave
        AND by_group.breakdown = kpi.breakdown
        AND by_group.level = kpi.level
INNER JOIN reporting.dim_kpi ON by_group.kpi_id = dim_kpi.kpi_id
WHERE by_group.breakdown = 'all'
ORDER BY
    by_group.kpi_order,
    by_group.wave_order
