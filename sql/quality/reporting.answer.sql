-- Grain: one row of counts over reporting.answer: what disclosure control must have done to it.
-- Inputs: reporting.answer; :suppress_up_to comes from the programme
-- may be empty: A programme may be of attendance alone.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   An option is counted once for each question and wave.
-- rule: withheld_cells_are_empty | critical | withheld_numbers_n <= 0
--   What is withheld takes everything derived from it along (PRIVACY.md P15).
-- rule: shown_cells_are_complete | critical | gaps_n <= 0
--   A share is never shown without what it is a share of, nor a cell left empty without a reason.
-- rule: small_counts_are_withheld | critical | small_counts_n <= 0
--   What few people answered may tell who they are (PRIVACY.md P12 and P13).
-- rule: shares_come_from_shown_counts | critical | other_shares_n <= 0
--   A share of exact counts beside perturbed ones gives the exact ones away (PRIVACY.md P13).
SELECT
    count(*) - count(DISTINCT wave || '/' || question_id || '/' || option_code) AS repeated_keys_n,
    count(*) FILTER (WHERE suppressed AND coalesce(answers_n, of_answers_n, share) IS NOT NULL)
        AS withheld_numbers_n,
    count(*) FILTER (
        WHERE NOT suppressed AND (answers_n IS NULL OR of_answers_n IS NULL OR share IS NULL)
    ) AS gaps_n,
    count(*) FILTER (WHERE of_answers_n BETWEEN 1 AND CAST(:suppress_up_to AS BIGINT)) AS small_counts_n,
    count(*) FILTER (WHERE abs(share - CAST(answers_n AS DOUBLE) / of_answers_n) > 0.00501) AS other_shares_n
FROM reporting.answer
