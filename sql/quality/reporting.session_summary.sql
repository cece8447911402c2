-- Grain: one row of counts over reporting.session_summary.
-- Inputs: reporting.session_summary
-- may be empty: A programme may have no report of a session.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   Two counts of one part contradict each other.
-- rule: counts_are_rounded | critical | unrounded_counts_n <= 0
--   Counts that are not of people are released to the nearest five (PRIVACY.md P16).
-- rule: last_day_is_not_before_the_first | critical | reversed_n <= 0
--   A time that ends before it begins was read from something else.
SELECT
    count(*) - count(DISTINCT breakdown || '/' || level) AS repeated_keys_n,
    count(*) FILTER (WHERE sessions_n % 5 <> 0) AS unrounded_counts_n,
    count(*) FILTER (WHERE last_session_on < first_session_on) AS reversed_n
FROM reporting.session_summary
