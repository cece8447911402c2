-- Grain: the headline of one KPI in one wave, for the sessions of one month.
-- Inputs: reporting.kpi_by_group, reporting.dim_date
-- What is of no known month has no place in time; it stands in kpi_by_group.
SELECT
    by_group.kpi_id,
    by_group.kpi_order,
    by_group.kpi_label,
    by_group.wave,
    by_group.wave_order,
    by_group.wave_label,
    dim_date.month_starts_on,
    dim_date.month_label,
    dim_date.financial_year,
    by_group.estimand,
    by_group.estimand_label,
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
    by_group.met,
    by_group.assured,
    by_group.suppressed
FROM reporting.kpi_by_group AS by_group
INNER JOIN reporting.dim_date ON by_group.level || '-01' = CAST(dim_date.date_on AS VARCHAR)
WHERE by_group.breakdown = 'month' AND NOT by_group.is_unknown
ORDER BY
    by_group.kpi_order,
    by_group.wave_order,
    dim_date.month_starts_on
