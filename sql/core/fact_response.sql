-- Grain: one survey response in its latest version, linked to a person's session where possible.
-- Inputs: core.current_record, core.dim_programme, core.dim_wave, core.dim_session, core.fact_booking,
--         core.fact_attendance, staging.response
-- Tiers: the booking reference names person and session; an e-mail address names the person, and the
-- session is the one given, else the next attended one (waves before) or the last one (waves after).
WITH response AS (
    SELECT
        record.record_key AS response_key,
        staged.source_id,
        staged.wave,
        wave.timing,
        staged.person_key,
        staged.reference_key,
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

referenced AS (
    SELECT
        reference_key,
        min(participant_key) AS participant_key,
        min(session_code) AS session_code
    FROM core.fact_booking
    WHERE reference_key IS NOT NULL AND participant_key IS NOT NULL
    GROUP BY reference_key
    HAVING count(*) = 1
),

by_reference AS (
    SELECT
        response.response_key,
        referenced.participant_key,
        referenced.session_code,
        'reference' AS link_tier
    FROM response
    INNER JOIN referenced ON response.reference_key = referenced.reference_key
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
        session_code,
        'email' AS link_tier
    FROM by_email_ranked
    WHERE nearness = 1
    UNION ALL
    SELECT
        response_key,
        person_key,
        session_code,
        'email' AS link_tier
    FROM response
    WHERE person_key IS NOT NULL AND session_code IS NOT NULL
),

linked AS (
    SELECT
        response.response_key,
        response.source_id,
        response.wave,
        response.timing,
        coalesce(by_reference.participant_key, by_email.participant_key, response.person_key)
            AS participant_key,
        coalesce(by_reference.session_code, by_email.session_code) AS session_code,
        coalesce(by_reference.link_tier, by_email.link_tier, 'none') AS link_tier,
        response.submitted_at
    FROM response
    LEFT JOIN by_reference ON response.response_key = by_reference.response_key
    LEFT JOIN by_email ON response.response_key = by_email.response_key
),

judged AS (
    SELECT
        linked.*,
        session.session_on,
        CASE
            WHEN NOT programme.requires_attendance THEN 'valid'
            WHEN linked.link_tier = 'none' THEN 'not_linked'
            WHEN attended.session_code IS NULL THEN 'not_attended'
            WHEN linked.timing = 'before' AND linked.submitted_at > attended.starts_at THEN 'wrong_time'
            WHEN linked.timing = 'after' AND linked.submitted_at < attended.starts_at THEN 'wrong_time'
            ELSE 'valid'
        END AS state,
        programme.timezone
    FROM linked
    CROSS JOIN core.dim_programme AS programme
    LEFT JOIN core.dim_session AS session ON linked.session_code = session.session_code
    LEFT JOIN attended
        ON linked.participant_key = attended.participant_key AND linked.session_code = attended.session_code
),

ranked AS (
    SELECT
        judged.*,
        row_number() OVER (
            PARTITION BY judged.state, judged.wave, judged.participant_key, judged.session_code
            ORDER BY judged.submitted_at DESC NULLS LAST, judged.response_key ASC
        ) AS recency
    FROM judged
)

SELECT
    response_key,
    source_id,
    wave,
    participant_key,
    session_code,
    link_tier,
    submitted_at,
    CAST(
        date_diff(
            'day',
            session_on,
            CAST(submitted_at AT TIME ZONE 'UTC' AT TIME ZONE timezone AS DATE)
        ) AS BIGINT
    ) AS days_after,
    CASE
        WHEN state = 'valid' AND recency > 1 AND participant_key IS NOT NULL AND session_code IS NOT NULL
            THEN 'superseded'
        ELSE state
    END AS state
FROM ranked
