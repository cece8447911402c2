-- Grain: one row of counts over reporting.kpi: what disclosure control must have done to it.
-- Inputs: reporting.kpi
-- Parts are added up where all rest on the same data: a cell that few people changed stands as before.
-- Numerators count people, places, records or answers only for such units and shares; else they are sums.
-- rule: withheld_cells_are_empty | critical | withheld_numbers_n <= 0
--   What is withheld takes everything derived from it along (PRIVACY.md P15).
-- rule: withholding_has_a_reason | critical | unexplained_suppressions_n <= 0
--   A reader is told why a cell is empty (PRIVACY.md P12).
-- rule: reasons_are_not_told | critical | told_reasons_n <= 0
--   Which rule withholds a cell tells something of the answers behind it (PRIVACY.md P14).
-- rule: small_counts_are_withheld | critical | small_counts_n <= 0
--   A small count may tell who is meant (PRIVACY.md P12).
-- rule: sums_of_scores_are_withheld | critical | released_sums_n <= 0
--   An exact sum of scores gives answers away, and undoes the rounding of its mean (PRIVACY.md P13).
-- rule: shares_come_from_shown_counts | critical | other_shares_n <= 0
--   A share of exact counts beside perturbed ones gives the exact ones away (PRIVACY.md P13).
-- rule: value_has_its_population | critical | without_population_n <= 0
--   A value is never shown without what it is a value of.
-- rule: empty_cells_are_explained | critical | unexplained_gaps_n <= 0
--   A cell without value is withheld, or says why it was not measured.
-- rule: unmeasured_has_no_value | critical | unmeasured_values_n <= 0
--   What could not be measured is never filled in.
-- rule: one_headline_for_each_cell | critical | repeated_headlines_n <= 0
--   One reading stands for an indicator.
-- rule: parts_sum_to_the_whole | warning | parts_off_whole_n <= 0 | with required_attendance
--   The valid answers of all parts of a breakdown are those of the whole, but for their noise.
WITH released AS (
    SELECT
        *,
        unit IN ('share', 'persons', 'places', 'records') AS is_ratio_of_counts
    FROM reporting.kpi
),

shown_count AS (
    SELECT value AS shown FROM released
    WHERE unit IN ('persons', 'places', 'records')
    UNION ALL
    SELECT denominator FROM released
    UNION ALL
    SELECT CAST(people_n AS DOUBLE) FROM released
),

count_total AS (
    SELECT count(*) FILTER (WHERE shown BETWEEN 1 AND CAST(:suppress_up_to AS DOUBLE)) AS small_counts_n
    FROM shown_count
),

whole AS (
    SELECT
        kpi_id,
        estimand,
        wave,
        denominator,
        data_version
    FROM released
    WHERE breakdown = 'all' AND unit = 'share' AND estimand = 'share'
),

part_total AS (
    SELECT
        kpi_id,
        estimand,
        wave,
        breakdown,
        sum(denominator) AS denominator,
        max(data_version) AS data_version,
        -- No noise is larger than 5.
        5 * (count(*) + 1) AS noise_gap
    FROM released
    WHERE breakdown <> 'all' AND unit = 'share' AND estimand = 'share'
    GROUP BY kpi_id, estimand, wave, breakdown
    HAVING
        count(*) FILTER (WHERE suppressed OR denominator IS NULL) = 0
        AND count(DISTINCT data_version) = 1
),

part_check AS (
    SELECT
        count(*) FILTER (
            WHERE
            abs(part_total.denominator - whole.denominator) > part_total.noise_gap
        ) AS parts_off_whole_n
    FROM part_total
    INNER JOIN whole
        ON
            part_total.kpi_id = whole.kpi_id
            AND part_total.estimand = whole.estimand
            AND part_total.wave = whole.wave
            AND part_total.data_version = whole.data_version
),

repeated_headline AS (
    SELECT count(*) AS headlines_n
    FROM (
        SELECT
            kpi_id,
            wave,
            breakdown,
            level
        FROM reporting.kpi
        WHERE is_headline
        GROUP BY kpi_id, wave, breakdown, level
        HAVING count(*) > 1
    ) AS place
),

row_total AS (
    SELECT
        count(*) FILTER (
            WHERE
            suppressed
            AND (
                value IS NOT NULL
                OR numerator IS NOT NULL
                OR denominator IS NOT NULL
                OR eligible_n IS NOT NULL
                OR blank_n IS NOT NULL
                OR not_applicable_n IS NOT NULL
                OR people_n IS NOT NULL
                OR ci_low IS NOT NULL
                OR ci_high IS NOT NULL
                OR met IS NOT NULL
                OR assured IS NOT NULL
            )
        ) AS withheld_numbers_n,
        count(*) FILTER (WHERE numerator IS NOT NULL AND NOT is_ratio_of_counts) AS released_sums_n,
        count(*) FILTER (WHERE suppressed AND suppression_reason IS NULL) AS unexplained_suppressions_n,
        count(*) FILTER (WHERE suppression_reason <> 'withheld') AS told_reasons_n,
        count(*) FILTER (WHERE value IS NOT NULL AND (denominator IS NULL OR people_n IS NULL))
            AS without_population_n,
        count(*) FILTER (WHERE NOT suppressed AND status = 'measured' AND value IS NULL AND ci_low IS NULL)
            AS unexplained_gaps_n,
        count(*) FILTER (WHERE status = 'no_answers' AND value IS NOT NULL) AS unmeasured_values_n,
        count(*) FILTER (
            WHERE unit = 'share' AND denominator > 0 AND abs(value - numerator / denominator) > 0.0050001
        ) AS other_shares_n
    FROM released
)

SELECT
    row_total.*,
    count_total.small_counts_n,
    part_check.parts_off_whole_n,
    repeated_headline.headlines_n AS repeated_headlines_n
FROM row_total
CROSS JOIN count_total
CROSS JOIN part_check
CROSS JOIN repeated_headline
