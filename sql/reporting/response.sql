-- Grain: one wave, as one KPI counts who was due and who answered.
-- Inputs: reporting.kpi, reporting.dim_kpi, reporting.dim_wave
SELECT
    kpi.kpi_id,
    kpi.kpi_order,
    kpi.kpi_label,
    dim_kpi.definition_text,
    kpi.wave,
    dim_wave.wave_order,
    kpi.wave_label,
    CAST(kpi.denominator AS BIGINT) AS due_n,
    CAST(kpi.numerator AS BIGINT) AS answered_n,
    kpi.value AS rate,
    kpi.suppressed
FROM reporting.kpi
INNER JOIN reporting.dim_kpi ON kpi.kpi_id = dim_kpi.kpi_id
INNER JOIN reporting.dim_wave ON kpi.wave = dim_wave.wave
WHERE kpi.breakdown = 'all' AND dim_kpi.rule IN ('response_rate', 'coverage') AND kpi.is_headline
ORDER BY
    kpi.kpi_order,
    dim_wave.wave_order
