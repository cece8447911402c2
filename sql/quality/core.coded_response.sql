-- Grain: one row of counts over core.coded_response.
-- Inputs: core.coded_response
-- may be empty: No survey need ask for a code.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A response that stands twice would be counted twice.
-- rule: matched_has_a_respondent | critical | matched_to_nobody_n <= 0
--   A code that leads to somebody says to whom.
-- rule: unmatched_has_none | critical | unmatched_respondents_n <= 0
--   A code that leads to several or to nobody identifies nobody.
-- rule: one_response_for_each_place | critical | repeated_places_n <= 0
--   A code gives nobody a second response of one wave and session.
-- rule: one_respondent_for_each_code | critical | divided_codes_n <= 0
--   A code that several respondents of a session gave links none of them.
-- rule: most_codes_are_clear | warning | unclear_share <= 0.3
--   When many give the same code, they most likely copied an example, or the form asks for too little.
WITH repeated AS (
    SELECT count(*) AS places_n
    FROM (
        SELECT
            respondent_key,
            session_code,
            wave
        FROM core.coded_response
        WHERE code_outcome <> 'alone' AND respondent_key IS NOT NULL
        GROUP BY respondent_key, session_code, wave
        HAVING count(*) > 1 AND count(*) FILTER (WHERE code_outcome = 'matched') > 0
    ) AS place
),

-- A code that leads to somebody leads to one respondent of its session.
divided AS (
    SELECT count(*) AS codes_n
    FROM (
        SELECT
            session_code,
            link_code_key
        FROM core.coded_response
        GROUP BY session_code, link_code_key
        HAVING count(DISTINCT respondent_key) > 1 AND count(*) FILTER (WHERE code_outcome = 'matched') > 0
    ) AS code
),

total AS (
    SELECT
        count(*) - count(DISTINCT response_key) AS repeated_keys_n,
        count(*) FILTER (WHERE code_outcome IN ('identified', 'matched') AND respondent_key IS NULL)
            AS matched_to_nobody_n,
        count(*) FILTER (WHERE code_outcome NOT IN ('identified', 'matched') AND respondent_key IS NOT NULL)
            AS unmatched_respondents_n,
        coalesce(
            count(*) FILTER (WHERE code_outcome IN ('collided', 'ambiguous')) * 1.0
            / nullif(count(*) FILTER (WHERE code_outcome <> 'identified'), 0),
            0.0
        ) AS unclear_share
    FROM core.coded_response
)

SELECT
    total.*,
    repeated.places_n AS repeated_places_n,
    divided.codes_n AS divided_codes_n
FROM total
CROSS JOIN repeated
CROSS JOIN divided
