-- Grain: one row of counts over core.presence.
-- Inputs: core.presence, core.dim_participant, core.dim_session
-- rule: has_rows | critical | rows_n >= 1 | with attendance
--   The programme has a source of attendance, so none at all means that loading it failed.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A join that stands twice would count its minutes twice.
-- rule: participant_exists | critical | participant_orphans_n <= 0
--   Whoever joined and is identified is a participant.
-- rule: session_exists | critical | session_orphans_n <= 0
--   A join without session would be missing from the counts.
SELECT
    count(*) AS rows_n,
    count(*) - count(DISTINCT presence.source_id || ' ' || presence.record_key) AS repeated_keys_n,
    count(*) FILTER (WHERE presence.participant_key IS NOT NULL AND participant.participant_key IS NULL)
        AS participant_orphans_n,
    count(*) FILTER (WHERE session.session_code IS NULL) AS session_orphans_n
FROM core.presence
LEFT JOIN core.dim_participant AS participant ON presence.participant_key = participant.participant_key
LEFT JOIN core.dim_session AS session ON presence.session_code = session.session_code
