-- Grain: one row of counts over core.response_identity.
-- Inputs: core.response_identity
SELECT
    count(*) - count(DISTINCT response_key) AS repeated_keys_n,
    count(*) FILTER (WHERE link_tier <> 'none' AND (respondent_key IS NULL OR session_code IS NULL))
        AS linked_to_nobody_n,
    count(*) FILTER (WHERE link_tier = 'none' AND respondent_key IS NOT NULL) AS unlinked_respondents_n,
    count(*) FILTER (WHERE (is_open OR is_collided) AND link_tier <> 'none') AS open_and_linked_n
FROM core.response_identity
