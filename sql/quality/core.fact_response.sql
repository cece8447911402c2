-- Grain: one row of counts over core.fact_response.
-- Inputs: core.fact_response, core.fact_attendance, core.dim_participant, core.dim_wave
-- rule: has_rows | critical | rows_n >= 1 | with responses
--   The programme has a source of survey responses, so none at all means that loading them failed.
-- rule: every_wave_has_responses | warning | silent_waves_n <= 0 | with responses
--   A wave without any response has not begun, or its export is missing.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A response that stands twice would be counted twice.
-- rule: participant_exists | critical | participant_orphans_n <= 0
--   An identified response belongs to a participant.
-- rule: wave_exists | critical | wave_orphans_n <= 0
--   A response without wave would be missing from every indicator.
-- rule: state_is_known | critical | unknown_states_n <= 0
--   A response counts, or its state says why it does not.
-- rule: unlinked_is_explained | critical | unexplained_links_n <= 0
--   A response is linked, or its outcome says why it is not.
-- rule: one_valid_response_for_each_place | critical | repeated_valid_n <= 0 | with required_attendance
--   One response counts for each respondent, session and wave.
-- rule: valid_response_was_attended | critical | valid_without_attendance_n <= 0 | with required_attendance
--   A response counts only if its person attended its session.
-- rule: valid_response_is_in_its_wave | critical | valid_at_wrong_time_n <= 0 | with required_attendance
--   A measurement before the session taken after it, or the reverse, would hide the change.
-- rule: most_are_linked | warning | unlinked_share <= 0.3 | with required_attendance
--   Responses that cannot be linked to a person and session do not count.
-- rule: most_are_valid | warning | valid_share >= 0.5 | with responses
--   When most responses do not count, bookings or attendance reports are most likely missing.
WITH participant AS (
    SELECT DISTINCT participant_key FROM core.dim_participant
),

wave AS (
    SELECT DISTINCT
        wave,
        timing
    FROM core.dim_wave
),

attended AS (
    SELECT DISTINCT
        participant_key,
        session_code
    FROM core.fact_attendance
    WHERE is_attended AND participant_key IS NOT NULL
),

silent_wave AS (
    SELECT count(*) AS waves_n
    FROM core.dim_wave
    WHERE wave NOT IN (SELECT response.wave FROM core.fact_response AS response)
),

repeated AS (
    SELECT count(*) AS places_n
    FROM (
        SELECT
            respondent_key,
            session_code,
            wave
        FROM core.fact_response
        WHERE state = 'valid' AND respondent_key IS NOT NULL AND session_code IS NOT NULL
        GROUP BY respondent_key, session_code, wave
        HAVING count(*) > 1
    ) AS place
),

total AS (
    SELECT
        count(*) AS rows_n,
        count(*) - count(DISTINCT response.response_key) AS repeated_keys_n,
        count(*) FILTER (WHERE response.participant_key IS NOT NULL AND participant.participant_key IS NULL)
            AS participant_orphans_n,
        count(*) FILTER (WHERE wave.wave IS NULL) AS wave_orphans_n,
        count(*) FILTER (
            WHERE response.state NOT IN ('valid', 'superseded', 'not_linked', 'not_attended', 'wrong_time')
        ) AS unknown_states_n,
        count(*) FILTER (WHERE response.state = 'valid' AND attended.session_code IS NULL)
            AS valid_without_attendance_n,
        count(*) FILTER (
            WHERE
            response.state = 'valid'
            AND (
                (wave.timing = 'before' AND response.days_after > 0)
                OR (wave.timing = 'after' AND response.days_after < 0)
            )
        ) AS valid_at_wrong_time_n,
        count(*) FILTER (WHERE (response.link_tier = 'none') = (response.link_outcome = 'matched'))
            AS unexplained_links_n,
        coalesce(avg(CASE WHEN response.state = 'valid' THEN 1.0 ELSE 0.0 END), 0.0) AS valid_share,
        coalesce(avg(CASE WHEN response.link_tier = 'none' THEN 1.0 ELSE 0.0 END), 0.0) AS unlinked_share
    FROM core.fact_response AS response
    LEFT JOIN participant ON response.participant_key = participant.participant_key
    LEFT JOIN wave ON response.wave = wave.wave
    LEFT JOIN attended
        ON
            response.participant_key = attended.participant_key
            AND response.session_code = attended.session_code
)

SELECT
    total.*,
    repeated.places_n AS repeated_valid_n,
    silent_wave.waves_n AS silent_waves_n
FROM total
CROSS JOIN repeated
CROSS JOIN silent_wave
