-- Grain: one row of counts over core.dim_option.
-- Inputs: core.dim_option, core.dim_question
-- may be empty: A programme may ask for numbers alone.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   An option that stands twice would double the answers that chose it.
-- rule: question_exists | critical | question_orphans_n <= 0
--   Options belong to a question.
-- rule: places_have_no_gap | critical | broken_orders_n <= 0
--   The mean of the places is read as a share of the greatest place, so places run from 1 without gap.
WITH per_question AS (
    SELECT
        question_id,
        count(*) AS options_n,
        count(DISTINCT option_code) AS distinct_codes_n,
        count(DISTINCT option_order) AS distinct_places_n,
        max(option_order) AS last_place
    FROM core.dim_option
    GROUP BY question_id
)

SELECT
    CAST(coalesce(sum(per_question.options_n - per_question.distinct_codes_n), 0) AS BIGINT)
        AS repeated_keys_n,
    count(*) FILTER (WHERE question.question_id IS NULL) AS question_orphans_n,
    count(*) FILTER (
        WHERE
        per_question.distinct_places_n <> per_question.options_n
        OR per_question.last_place <> per_question.options_n
    ) AS broken_orders_n
FROM per_question
LEFT JOIN core.dim_question AS question ON per_question.question_id = question.question_id
