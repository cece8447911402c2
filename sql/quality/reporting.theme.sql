-- Grain: one row of counts over reporting.theme: what disclosure control must have done to it.
-- Inputs: reporting.theme
-- may be empty: A programme need not look for themes.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A theme is counted once for each question and wave.
-- rule: withheld_cells_are_empty | critical | withheld_numbers_n <= 0
--   What is withheld takes everything derived from it along (PRIVACY.md P15).
-- rule: shown_cells_are_complete | critical | gaps_n <= 0
--   A share is never shown without what it is a share of, nor a cell left empty without a reason.
-- rule: small_counts_are_withheld | critical | small_counts_n <= 0
--   What few people wrote may tell who they are (PRIVACY.md P12 and P13).
-- rule: shares_come_from_shown_counts | critical | other_shares_n <= 0
--   A share of exact counts beside perturbed ones gives the exact ones away (PRIVACY.md P13).
WITH shown_count AS (
    SELECT comments_n AS shown FROM reporting.theme
    UNION ALL
    SELECT people_n FROM reporting.theme
    UNION ALL
    SELECT of_comments_n FROM reporting.theme
    UNION ALL
    SELECT of_comments_n - comments_n FROM reporting.theme
),

count_total AS (
    SELECT
        count(*) FILTER (
            WHERE shown < 0 OR shown BETWEEN 1 AND CAST(:suppress_up_to AS BIGINT)
        ) AS small_counts_n
    FROM shown_count
)

SELECT
    (SELECT count(*) FROM reporting.theme)
    - (
        SELECT count(*) FROM (
            SELECT DISTINCT
                question_id,
                wave,
                theme_id,
                breakdown,
                level
            FROM reporting.theme
        ) AS distinct_key
    ) AS repeated_keys_n,
    count(*) FILTER (
        WHERE released.suppressed AND coalesce(
            released.comments_n, released.people_n, released.of_comments_n, released.share
        ) IS NOT NULL
    ) AS withheld_numbers_n,
    count(*) FILTER (
        WHERE (released.suppressed AND released.suppression_reason IS NULL)
        OR (
            NOT released.suppressed
            AND (
                released.comments_n IS NULL OR released.people_n IS NULL
                OR released.of_comments_n IS NULL OR released.share IS NULL
            )
        )
    ) AS gaps_n,
    max(count_total.small_counts_n) AS small_counts_n,
    count(*) FILTER (
        WHERE abs(released.share - CAST(released.comments_n AS DOUBLE) / released.of_comments_n) > 0.00501
    ) AS other_shares_n
FROM count_total
LEFT JOIN reporting.theme AS released ON TRUE
