-- Grain: one row of counts over core.near_code_link.
-- Inputs: core.near_code_link, core.coded_response
-- may be empty: No code need be written in two ways.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A response that stands twice would be counted twice.
-- rule: code_stands_alone | critical | not_alone_n <= 0
--   A near code is sought only where no other code is the same.
-- rule: matched_has_a_respondent | critical | matched_to_nobody_n <= 0
--   A near code leads to one respondent, or to nobody.
SELECT
    count(*) - count(DISTINCT near.response_key) AS repeated_keys_n,
    count(*) FILTER (WHERE coded.code_outcome IS DISTINCT FROM 'alone') AS not_alone_n,
    count(*) FILTER (WHERE (near.code_outcome = 'matched') <> (near.respondent_key IS NOT NULL))
        AS matched_to_nobody_n
FROM core.near_code_link AS near
LEFT JOIN core.coded_response AS coded ON near.response_key = coded.response_key
