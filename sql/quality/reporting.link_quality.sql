-- Grain: one row of counts over reporting.link_quality.
-- Inputs: reporting.link_quality; :suppress_up_to comes from the programme
-- may be empty: A programme may be of attendance alone.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A wave that stands twice contradicts itself.
-- rule: small_counts_are_withheld | critical | small_counts_n <= 0
--   A small count may give a person away.
WITH counted AS (
    SELECT eligible_n AS shown_n FROM reporting.link_quality
    UNION ALL
    SELECT reference_n FROM reporting.link_quality
    UNION ALL
    SELECT email_n FROM reporting.link_quality
    UNION ALL
    SELECT code_n FROM reporting.link_quality
    UNION ALL
    SELECT near_code_n FROM reporting.link_quality
    UNION ALL
    SELECT ambiguous_n FROM reporting.link_quality
    UNION ALL
    SELECT collided_n FROM reporting.link_quality
    UNION ALL
    SELECT unmatched_n FROM reporting.link_quality
    UNION ALL
    SELECT unnamed_n FROM reporting.link_quality
),

wrong AS (
    SELECT count(*) AS small_counts_n
    FROM counted
    WHERE shown_n BETWEEN 1 AND :suppress_up_to
),

repeated AS (
    SELECT count(*) - count(DISTINCT wave || ' ' || phase) AS repeated_keys_n FROM reporting.link_quality
)

SELECT
    repeated.repeated_keys_n,
    wrong.small_counts_n
FROM repeated
CROSS JOIN wrong
