-- Grain: one row of counts over core.response_identity.
-- Inputs: core.response_identity
-- may be empty: No response need be of somebody who is known.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A response that stands twice would be counted twice.
-- rule: linked_has_a_respondent | critical | linked_to_nobody_n <= 0
--   A reference or an address that links, links to somebody and to a session.
-- rule: unlinked_has_none | critical | unlinked_respondents_n <= 0
--   Where neither reference nor address links, nobody is known yet.
-- rule: open_is_not_linked | critical | open_and_linked_n <= 0
--   A code is asked only where nothing better says who answered.
SELECT
    count(*) - count(DISTINCT response_key) AS repeated_keys_n,
    count(*) FILTER (WHERE link_tier <> 'none' AND (respondent_key IS NULL OR session_code IS NULL))
        AS linked_to_nobody_n,
    count(*) FILTER (WHERE link_tier = 'none' AND respondent_key IS NOT NULL) AS unlinked_respondents_n,
    count(*) FILTER (WHERE (is_open OR is_collided) AND link_tier <> 'none') AS open_and_linked_n
FROM core.response_identity
