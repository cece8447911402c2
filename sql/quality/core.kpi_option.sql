-- Grain: one row of counts over core.kpi_option.
-- Inputs: core.kpi_option, core.dim_kpi, core.dim_option
-- may be empty: A programme may count no options.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A favourable option that stands twice would count its answers twice.
-- rule: kpi_exists | critical | kpi_orphans_n <= 0
--   Favourable options belong to an indicator.
-- rule: option_exists | critical | option_orphans_n <= 0
--   A favourable option that its question does not offer can never be chosen, so the share would be too low.
SELECT
    (SELECT count(*) FROM core.kpi_option)
    - (SELECT count(*) FROM (SELECT DISTINCT
        kpi_id,
        option_code
    FROM core.kpi_option) AS distinct_key)
        AS repeated_keys_n,
    count(*) FILTER (WHERE kpi.kpi_id IS NULL) AS kpi_orphans_n,
    count(*) FILTER (WHERE kpi.kpi_id IS NOT NULL AND choice.option_code IS NULL) AS option_orphans_n
FROM core.kpi_option AS favourable
LEFT JOIN core.dim_kpi AS kpi ON favourable.kpi_id = kpi.kpi_id
LEFT JOIN core.dim_option AS choice
    ON kpi.question_id = choice.question_id AND favourable.option_code = choice.option_code
