-- Grain: one row of counts over core.session_facilitator.
-- Inputs: core.session_facilitator, core.dim_session
-- may be empty: No export need say who facilitated.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A facilitator who stands twice in a session would count its answers twice.
-- rule: session_is_known | critical | unknown_sessions_n <= 0
--   Answers are placed with a facilitator through the session.
SELECT
    count(*) - count(DISTINCT session_facilitator.session_code || ' ' || session_facilitator.facilitator_key)
        AS repeated_keys_n,
    count(*) FILTER (WHERE dim_session.session_code IS NULL) AS unknown_sessions_n
FROM core.session_facilitator
LEFT JOIN core.dim_session ON session_facilitator.session_code = dim_session.session_code
