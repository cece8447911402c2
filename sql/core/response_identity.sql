-- Grain: one current response with the person and session that its booking reference or address leads to.
-- Inputs: core.current_record, core.dim_programme, core.dim_wave, core.dim_session, core.dim_participant,
--         core.booking_holder, core.fact_booking, core.fact_attendance, core.shared_address, staging.response
-- The booking reference names person and session, as they were when the response was sent. It is ambiguous
-- where the place may have had two holders then; where the address given is that of somebody else who is
-- known, or the place changed hands; and where the place was moved to another session after the response to
-- a wave before. An address names the person, if that person booked or attended; the session is the one
-- given, else the next attended one (waves before) or the last one (waves after). An address that several
-- share there says nothing of who answered.
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
        staged.submitted_at,
        CAST(staged.submitted_at AT TIME ZONE 'UTC' AT TIME ZONE programme.timezone AS DATE) AS submitted_on
    FROM staging.response AS staged
    INNER JOIN core.current_record AS record ON staged.version_key = record.version_key
    INNER JOIN core.dim_wave AS wave ON staged.wave = wave.wave
    CROSS JOIN core.dim_programme AS programme
),

attended AS (
    SELECT
        attendance.participant_key,
        participant.person_key,
        attendance.session_code,
        session.starts_at
    FROM core.fact_attendance AS attendance
    INNER JOIN core.dim_participant AS participant ON attendance.participant_key = participant.participant_key
    INNER JOIN core.dim_session AS session ON attendance.session_code = session.session_code
    WHERE attendance.is_attended
),

known AS (
    SELECT person_key FROM core.booking_holder
    UNION
    SELECT participant.person_key
    FROM core.fact_attendance AS attendance
    INNER JOIN core.dim_participant AS participant ON attendance.participant_key = participant.participant_key
),

referenced AS (
    SELECT
        reference_key,
        count(DISTINCT booking_key) AS bookings_n,
        count(DISTINCT participant_key) AS holders_n,
        max_by(session_code, holder_order) AS present_session_code
    FROM core.booking_holder
    WHERE reference_key IS NOT NULL
    GROUP BY reference_key
),

-- A response that does not say when it was sent was sent at any time.
possible AS (
    SELECT
        response.response_key,
        holder.participant_key,
        holder.person_key,
        holder.session_code,
        coalesce(response.person_key = holder.person_key, FALSE) AS is_own_address,
        response.timing = 'before' OR coalesce(session.starts_at <= response.submitted_at, FALSE)
            AS is_in_time
    FROM response
    INNER JOIN referenced ON response.reference_key = referenced.reference_key AND referenced.bookings_n = 1
    INNER JOIN core.booking_holder AS holder ON response.reference_key = holder.reference_key
    LEFT JOIN core.dim_session AS session ON holder.session_code = session.session_code
    WHERE
        coalesce(response.submitted_on >= holder.changed_after_on, TRUE)
        AND coalesce(response.submitted_on < holder.changed_by_on, TRUE)
),

fitting AS (
    SELECT *
    FROM possible
    QUALIFY
        rank() OVER (PARTITION BY response_key ORDER BY is_own_address DESC, is_in_time DESC) = 1
),

by_reference AS (
    SELECT
        response_key,
        min(participant_key) AS participant_key,
        min(person_key) AS person_key,
        min(session_code) AS session_code,
        count(DISTINCT concat_ws('|', coalesce(participant_key, person_key), session_code)) AS readings_n
    FROM fitting
    GROUP BY response_key
),

placed AS (
    SELECT
        response.response_key,
        by_reference.participant_key,
        by_reference.session_code,
        (
            by_reference.readings_n > 1
            OR (
                response.person_key <> coalesce(by_reference.person_key, '')
                AND (known.person_key IS NOT NULL OR referenced.holders_n > 1)
            )
            OR (
                response.timing = 'before'
                AND by_reference.session_code <> referenced.present_session_code
                AND attended.session_code IS NULL
            )
        ) AS is_ambiguous
    FROM by_reference
    INNER JOIN response ON by_reference.response_key = response.response_key
    INNER JOIN referenced ON response.reference_key = referenced.reference_key
    LEFT JOIN known ON response.person_key = known.person_key
    LEFT JOIN attended
        ON
            by_reference.participant_key = attended.participant_key
            AND by_reference.session_code = attended.session_code
),

by_time AS (
    SELECT
        response.response_key,
        attended.session_code
    FROM response
    INNER JOIN attended ON response.person_key = attended.person_key
    WHERE
        response.session_code IS NULL
        AND (
            (response.timing = 'before' AND response.submitted_at <= attended.starts_at)
            OR (response.timing = 'after' AND response.submitted_at >= attended.starts_at)
        )
    QUALIFY
        row_number() OVER (
            PARTITION BY response.response_key
            ORDER BY
                abs(epoch(attended.starts_at) - epoch(response.submitted_at)) ASC NULLS LAST,
                attended.session_code ASC
        ) = 1
),

addressed AS (
    SELECT
        response.response_key,
        response.person_key,
        coalesce(response.session_code, by_time.session_code) AS session_code
    FROM response
    LEFT JOIN by_time ON response.response_key = by_time.response_key
    WHERE
        response.person_key IS NOT NULL
        AND coalesce(response.session_code, by_time.session_code) IS NOT NULL
),

-- A place behind a shared address that has no name is somebody of their own.
behind_address AS (
    SELECT
        holder.person_key,
        holder.session_code,
        coalesce(holder.participant_key, holder.booking_key) AS somebody_key,
        holder.participant_key
    FROM core.booking_holder AS holder
    INNER JOIN core.fact_booking AS booking ON holder.booking_key = booking.booking_key
    WHERE holder.is_present AND booking.status <> 'cancelled' AND holder.person_key IS NOT NULL
    UNION
    SELECT
        person_key,
        session_code,
        participant_key AS somebody_key,
        participant_key
    FROM attended
    WHERE person_key IS NOT NULL
),

somebody AS (
    SELECT
        person_key,
        session_code,
        count(DISTINCT somebody_key) AS people_n,
        min(participant_key) AS participant_key
    FROM behind_address
    GROUP BY person_key, session_code
),

by_email AS (
    SELECT
        addressed.response_key,
        addressed.session_code,
        CASE
            WHEN somebody.people_n = 1 THEN somebody.participant_key
            WHEN
                somebody.people_n IS NULL
                AND shared_address.person_key IS NULL
                AND (known.person_key IS NOT NULL OR NOT programme.requires_attendance)
                THEN addressed.person_key
        END AS participant_key,
        coalesce(somebody.people_n > 1, FALSE) AS is_collided
    FROM addressed
    CROSS JOIN core.dim_programme AS programme
    LEFT JOIN somebody
        ON addressed.person_key = somebody.person_key AND addressed.session_code = somebody.session_code
    LEFT JOIN core.shared_address ON addressed.person_key = shared_address.person_key
    LEFT JOIN known ON addressed.person_key = known.person_key
),

judged AS (
    SELECT
        response.*,
        coalesce(placed.participant_key, by_email.participant_key) AS found_key,
        CASE WHEN placed.participant_key IS NULL THEN by_email.session_code ELSE placed.session_code END
            AS found_session_code,
        coalesce(placed.is_ambiguous, FALSE) AS is_ambiguous,
        coalesce(by_email.is_collided, FALSE) AS is_shared,
        referenced.reference_key IS NOT NULL AS is_booked,
        known.person_key IS NOT NULL AS is_known,
        CASE
            WHEN placed.is_ambiguous THEN 'none'
            WHEN placed.participant_key IS NOT NULL THEN 'reference'
            WHEN by_email.participant_key IS NOT NULL THEN 'email'
            ELSE 'none'
        END AS link_tier
    FROM response
    LEFT JOIN placed ON response.response_key = placed.response_key
    LEFT JOIN by_email ON response.response_key = by_email.response_key
    LEFT JOIN referenced ON response.reference_key = referenced.reference_key
    LEFT JOIN known ON response.person_key = known.person_key
)

SELECT
    judged.response_key,
    judged.version_key,
    judged.source_id,
    judged.wave,
    judged.timing,
    CASE WHEN judged.link_tier = 'none' THEN judged.person_key ELSE judged.found_key END AS participant_key,
    CASE WHEN judged.link_tier <> 'none' THEN judged.found_key END AS respondent_key,
    CASE WHEN judged.link_tier = 'none' THEN judged.person_key ELSE participant.person_key END AS address_key,
    CASE WHEN judged.link_tier = 'none' THEN judged.session_code ELSE judged.found_session_code END
        AS session_code,
    judged.link_tier,
    judged.is_ambiguous,
    judged.is_shared AND judged.link_tier = 'none' AND NOT judged.is_ambiguous AS is_collided,
    judged.link_tier = 'none' AND NOT judged.is_booked AND (judged.is_shared OR NOT judged.is_known)
        AS is_open,
    judged.link_code_key,
    judged.submitted_at
FROM judged
LEFT JOIN core.dim_participant AS participant ON judged.found_key = participant.participant_key
