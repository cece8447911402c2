-- Grain: one current response with the person and session that its booking reference or address leads to.
-- Inputs: core.current_record, core.dim_programme, core.dim_wave, core.dim_session, core.fact_booking,
--         core.fact_attendance, staging.response
-- The booking reference names person and session. An address names the person, if that person booked or
-- attended; the session is the one given, else the next attended one (waves before) or the last one (waves
-- after). Where one address has active bookings of several references in a session, several people share
-- it there: it says nothing of who answered, and each booking is a respondent of its own.
WITH response AS (
    SELECT
        record.record_key AS response_key,
        staged.version_key,
        staged.source_id,
        staged.wave,
        wave.timing,
        staged.person_key,
        staged.reference_key,
        staged.link_code_key,
        staged.session_code,
        staged.submitted_at
    FROM staging.response AS staged
    INNER JOIN core.current_record AS record ON staged.version_key = record.version_key
    INNER JOIN core.dim_wave AS wave ON staged.wave = wave.wave
),

attended AS (
    SELECT
        attendance.participant_key,
        attendance.session_code,
        session.starts_at
    FROM core.fact_attendance AS attendance
    INNER JOIN core.dim_session AS session ON attendance.session_code = session.session_code
    WHERE attendance.is_attended AND attendance.participant_key IS NOT NULL
),

known AS (
    SELECT participant_key FROM core.fact_booking
    UNION
    SELECT participant_key FROM core.fact_attendance
),

shared AS (
    SELECT
        participant_key,
        session_code
    FROM core.fact_booking
    WHERE status <> 'cancelled' AND participant_key IS NOT NULL
    GROUP BY participant_key, session_code
    HAVING count(DISTINCT reference_key) > 1
),

referenced AS (
    SELECT
        reference_key,
        count(*) AS bookings_n,
        min(booking_key) AS booking_key,
        min(participant_key) AS participant_key,
        min(session_code) AS session_code
    FROM core.fact_booking
    WHERE reference_key IS NOT NULL
    GROUP BY reference_key
),

by_email_ranked AS (
    SELECT
        response.response_key,
        attended.participant_key,
        attended.session_code,
        row_number() OVER (
            PARTITION BY response.response_key
            ORDER BY
                abs(epoch(attended.starts_at) - epoch(response.submitted_at)) ASC NULLS LAST,
                attended.session_code ASC
        ) AS nearness
    FROM response
    INNER JOIN attended ON response.person_key = attended.participant_key
    WHERE
        response.session_code IS NULL
        AND (
            (response.timing = 'before' AND response.submitted_at <= attended.starts_at)
            OR (response.timing = 'after' AND response.submitted_at >= attended.starts_at)
        )
),

by_email AS (
    SELECT
        response_key,
        participant_key,
        session_code
    FROM by_email_ranked
    WHERE nearness = 1
    UNION ALL
    SELECT
        response.response_key,
        response.person_key AS participant_key,
        response.session_code
    FROM response
    CROSS JOIN core.dim_programme AS programme
    LEFT JOIN known ON response.person_key = known.participant_key
    WHERE
        response.person_key IS NOT NULL
        AND response.session_code IS NOT NULL
        AND (known.participant_key IS NOT NULL OR NOT programme.requires_attendance)
),

found AS (
    SELECT
        response.*,
        coalesce(by_reference.participant_key, by_email.participant_key) AS found_key,
        coalesce(by_reference.session_code, by_email.session_code) AS found_session_code,
        by_reference.booking_key,
        referenced.reference_key IS NOT NULL AS is_booked,
        known.participant_key IS NOT NULL AS is_known
    FROM response
    LEFT JOIN referenced ON response.reference_key = referenced.reference_key
    LEFT JOIN referenced AS by_reference
        ON
            response.reference_key = by_reference.reference_key
            AND by_reference.bookings_n = 1
            AND by_reference.participant_key IS NOT NULL
    LEFT JOIN by_email ON response.response_key = by_email.response_key
    LEFT JOIN known ON response.person_key = known.participant_key
),

judged AS (
    SELECT
        found.*,
        shared.participant_key IS NOT NULL AS is_shared,
        CASE
            WHEN found.booking_key IS NOT NULL THEN 'reference'
            WHEN found.found_key IS NOT NULL AND shared.participant_key IS NULL THEN 'email'
            ELSE 'none'
        END AS link_tier
    FROM found
    LEFT JOIN shared
        ON found.found_key = shared.participant_key AND found.found_session_code = shared.session_code
)

SELECT
    response_key,
    version_key,
    source_id,
    wave,
    timing,
    coalesce(found_key, person_key) AS participant_key,
    CASE
        WHEN link_tier = 'reference' AND is_shared THEN booking_key
        WHEN link_tier <> 'none' THEN found_key
    END AS respondent_key,
    CASE WHEN link_tier = 'none' THEN session_code ELSE found_session_code END AS session_code,
    link_tier,
    is_shared AND link_tier = 'none' AS is_collided,
    link_tier = 'none' AND NOT is_booked AND (is_shared OR NOT is_known) AS is_open,
    link_code_key,
    submitted_at
FROM judged
