-- Grain: one row of counts over reporting.reach.
-- Inputs: reporting.reach; :suppress_up_to comes from the programme
-- may be empty: A release may have no breakdowns.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   Two counts of one part contradict each other.
-- rule: withheld_cells_are_empty | critical | withheld_numbers_n <= 0
--   What is withheld takes everything derived from it along (PRIVACY.md P15).
-- rule: small_counts_are_withheld | critical | small_counts_n <= 0
--   A small count may tell who is meant (PRIVACY.md P12).
-- rule: shares_come_from_shown_counts | critical | other_shares_n <= 0
--   A share of exact counts beside perturbed ones gives the exact ones away (PRIVACY.md P13).
SELECT
    count(*) - count(DISTINCT kpi_id || '/' || breakdown || '/' || level) AS repeated_keys_n,
    count(*) FILTER (WHERE suppressed AND coalesce(people_n, share) IS NOT NULL) AS withheld_numbers_n,
    count(*) FILTER (WHERE people_n BETWEEN 1 AND CAST(:suppress_up_to AS BIGINT)) AS small_counts_n,
    count(*) FILTER (WHERE abs(share - CAST(people_n AS DOUBLE) / of_people_n) > 0.00501) AS other_shares_n
FROM reporting.reach
