-- Grain: the headline of one KPI in one wave, for one part of one breakdown or for the whole.
-- Inputs: reporting.kpi, reporting.dim_group, reporting.dim_wave, reporting.dim_estimand
-- A value stands in the column of its kind, so that no column mixes units.
WITH headline AS (
    SELECT
        *,
        count(DISTINCT wave) OVER (PARTITION BY kpi_id) > 1 AS is_of_several_waves
    FROM reporting.kpi
    WHERE is_headline
)

SELECT
    headline.kpi_label
    || CASE headline.breakdown
        WHEN 'all' THEN ''
        WHEN 'icb' THEN ' by ' || dim_group.breakdown_label
        ELSE ' by ' || lower(dim_group.breakdown_label)
    END
    || CASE WHEN headline.is_of_several_waves THEN ': ' || headline.wave_label ELSE '' END AS chart_title,
    headline.kpi_id,
    headline.kpi_order,
    headline.kpi_label,
    headline.wave,
    dim_wave.wave_order,
    headline.wave_label,
    headline.breakdown,
    headline.breakdown_label,
    headline.level,
    dim_group.level_order,
    headline.level_label,
    dim_group.is_unknown,
    dim_group.map_code,
    headline.estimand,
    headline.estimand_label,
    headline.value_text,
    headline.interval_text,
    CASE WHEN dim_estimand.value_kind = 'fraction' THEN headline.value END AS fraction,
    CASE WHEN dim_estimand.value_kind = 'fraction' THEN headline.ci_low END AS fraction_low,
    CASE WHEN dim_estimand.value_kind = 'fraction' THEN headline.ci_high END AS fraction_high,
    CASE WHEN dim_estimand.value_kind = 'points' THEN headline.value END AS points,
    CASE WHEN dim_estimand.value_kind = 'points' THEN headline.ci_low END AS points_low,
    CASE WHEN dim_estimand.value_kind = 'points' THEN headline.ci_high END AS points_high,
    CASE WHEN dim_estimand.value_kind = 'count' THEN CAST(headline.value AS BIGINT) END AS count_n,
    CAST(headline.denominator AS BIGINT) AS base_n,
    dim_estimand.base_label,
    headline.target,
    headline.met,
    headline.assured,
    headline.suppressed
FROM headline
INNER JOIN reporting.dim_group
    ON headline.breakdown = dim_group.breakdown AND headline.level = dim_group.level
INNER JOIN reporting.dim_wave ON headline.wave = dim_wave.wave
INNER JOIN reporting.dim_estimand ON headline.estimand = dim_estimand.estimand
ORDER BY
    headline.kpi_order,
    dim_wave.wave_order,
    dim_group.breakdown_order,
    dim_group.level_order
