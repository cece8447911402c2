-- Grain: the headline of one KPI in one wave, as one release showed it.
-- Inputs: reporting.kpi_headline, reporting.release, earlier_release (the history of the release before)
-- An earlier release stands as readers had it: nothing of it is computed again.
SELECT
    release.release_id,
    release.released_at,
    release.as_of,
    headline.kpi_id,
    headline.kpi_order,
    headline.kpi_label,
    headline.wave,
    headline.wave_order,
    headline.wave_label,
    headline.estimand,
    headline.estimand_label,
    headline.definition_version,
    headline.value_text,
    headline.interval_text,
    headline.fraction,
    headline.fraction_low,
    headline.fraction_high,
    headline.points,
    headline.points_low,
    headline.points_high,
    headline.count_n,
    headline.base_n,
    headline.base_label,
    headline.suppressed
FROM reporting.kpi_headline AS headline
CROSS JOIN reporting.release
UNION ALL
SELECT earlier.*
FROM earlier_release AS earlier
INNER JOIN reporting.release ON earlier.release_id <> release.release_id
ORDER BY
    released_at,
    kpi_order,
    wave_order
