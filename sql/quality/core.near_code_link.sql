-- Grain: one row of counts over core.near_code_link.
-- Inputs: core.near_code_link, core.coded_response
SELECT
    count(*) - count(DISTINCT near.response_key) AS repeated_keys_n,
    count(*) FILTER (WHERE coded.code_outcome IS DISTINCT FROM 'alone') AS not_alone_n,
    count(*) FILTER (WHERE (near.code_outcome = 'matched') <> (near.respondent_key IS NOT NULL))
        AS matched_to_nobody_n
FROM core.near_code_link AS near
LEFT JOIN core.coded_response AS coded ON near.response_key = coded.response_key
