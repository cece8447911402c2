-- Grain: one row of counts over reporting.kpi_by_group.
-- Inputs: reporting.kpi_by_group, reporting.kpi
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   Two values for one part contradict each other.
-- rule: every_headline_is_in_it | critical | missing_headlines_n <= 0
--   A headline that no dimension knows would be left out silently.
-- rule: withheld_cells_are_empty | critical | withheld_numbers_n <= 0
--   What is withheld takes everything derived from it along (PRIVACY.md P15).
-- rule: values_are_of_one_kind | critical | mixed_values_n <= 0
--   A value stands in the column of its kind alone, so that no column mixes units.
WITH shown AS (
    SELECT
        count(*) AS headlines_n,
        count(*) - count(DISTINCT kpi_id || '/' || wave || '/' || breakdown || '/' || level)
            AS repeated_keys_n,
        count(*) FILTER (
            WHERE
            suppressed
            AND coalesce(
                fraction, fraction_low, fraction_high, points, points_low, points_high, count_n, base_n
            ) IS NOT NULL
        ) AS withheld_numbers_n,
        count(*) FILTER (
            WHERE
            (fraction IS NOT NULL AND coalesce(points, count_n) IS NOT NULL)
            OR (points IS NOT NULL AND count_n IS NOT NULL)
        ) AS mixed_values_n
    FROM reporting.kpi_by_group
),

released AS (
    SELECT count(*) AS headlines_n
    FROM reporting.kpi
    WHERE is_headline
)

SELECT
    shown.repeated_keys_n,
    released.headlines_n - shown.headlines_n AS missing_headlines_n,
    shown.withheld_numbers_n,
    shown.mixed_values_n
FROM shown
CROSS JOIN released
