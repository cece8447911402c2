-- Grain: one row of counts over core.coded_response.
-- Inputs: core.coded_response
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
