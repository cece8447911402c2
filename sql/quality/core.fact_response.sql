-- Grain: one row of counts over core.fact_response.
-- Inputs: core.fact_response, core.fact_attendance, core.dim_participant, core.dim_wave
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
