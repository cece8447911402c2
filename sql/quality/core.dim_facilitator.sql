-- Grain: one row of counts over core.dim_facilitator.
-- Inputs: core.dim_facilitator
-- may be empty: No export need say who facilitated.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A facilitator stands once, however many sessions they held.
-- rule: was_in_a_session | critical | without_session_n <= 0
--   Only who was present in a session is a facilitator.
SELECT
    count(*) - count(DISTINCT facilitator_key) AS repeated_keys_n,
    count(*) FILTER (WHERE session_n < 1) AS without_session_n
FROM core.dim_facilitator
