-- Grain: before and after of one KPI of change, for one part of one breakdown or for the whole.
-- Inputs: reporting.kpi, reporting.dim_kpi, reporting.dim_group, reporting.dim_wave
WITH compared AS (
    SELECT
        kpi_id,
        wave,
        breakdown,
        level,
        max(value) FILTER (WHERE estimand = 'mean_before') AS mean_before,
        max(value) FILTER (WHERE estimand = 'mean_after') AS mean_after,
        max(value) FILTER (WHERE estimand = 'difference') AS mean_change,
        max(ci_low) FILTER (WHERE estimand = 'difference') AS mean_change_low,
        max(ci_high) FILTER (WHERE estimand = 'difference') AS mean_change_high,
        max(value) FILTER (WHERE estimand = 'E1') AS relative_change,
        max(ci_low) FILTER (WHERE estimand = 'E1') AS relative_change_low,
        max(ci_high) FILTER (WHERE estimand = 'E1') AS relative_change_high,
        CAST(max(denominator) FILTER (WHERE estimand = 'difference') AS BIGINT) AS pairs_n,
        bool_or(suppressed) AS suppressed
    FROM reporting.kpi
    WHERE estimand IN ('mean_before', 'mean_after', 'difference', 'E1')
    GROUP BY kpi_id, wave, breakdown, level
)

SELECT
    dim_kpi.kpi_label
    || CASE compared.breakdown
        WHEN 'all' THEN ''
        WHEN 'icb' THEN ' by ' || dim_group.breakdown_label
        ELSE ' by ' || lower(dim_group.breakdown_label)
    END AS chart_title,
    compared.kpi_id,
    dim_kpi.kpi_order,
    dim_kpi.kpi_label,
    compared.breakdown,
    dim_group.breakdown_label,
    compared.level,
    dim_group.level_order,
    dim_group.level_label,
    dim_group.is_unknown,
    wave_before.wave_label AS before_label,
    wave_after.wave_label AS after_label,
    compared.mean_before,
    compared.mean_after,
    compared.mean_change,
    compared.mean_change_low,
    compared.mean_change_high,
    compared.relative_change,
    compared.relative_change_low,
    compared.relative_change_high,
    compared.pairs_n,
    dim_kpi.scale_minimum,
    dim_kpi.scale_maximum,
    compared.suppressed
FROM compared
INNER JOIN reporting.dim_kpi ON compared.kpi_id = dim_kpi.kpi_id
INNER JOIN reporting.dim_group
    ON compared.breakdown = dim_group.breakdown AND compared.level = dim_group.level
INNER JOIN reporting.dim_wave AS wave_before ON dim_kpi.before_wave = wave_before.wave
INNER JOIN reporting.dim_wave AS wave_after ON compared.wave = wave_after.wave
ORDER BY
    dim_kpi.kpi_order,
    dim_group.breakdown_order,
    dim_group.level_order
