-- Grain: one participant's presence in one session; each join of somebody unidentified stands alone.
-- Inputs: core.current_record, core.dim_programme, core.dim_participant, core.dim_session,
--         core.fact_booking, staging.attendance
-- Minutes are the union of the intervals inside the session, so that two devices at once count once
-- and waiting before it does not count. Where an end of the session is not known, nothing is cut there.
-- One person is one address: neither two addresses nor two people behind one are told apart.
WITH inside AS (
    SELECT
        attendance.session_code,
        attendance.person_key,
        coalesce(attendance.person_key, record.record_key) AS somebody,
        greatest(attendance.joined_at, coalesce(session.starts_at, attendance.joined_at)) AS joined_at,
        least(attendance.left_at, coalesce(session.ends_at, attendance.left_at)) AS left_at
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
    INNER JOIN core.dim_session AS session ON attendance.session_code = session.session_code
    WHERE NOT attendance.is_facilitator
),

presence AS (
    SELECT
        session_code,
        person_key,
        somebody,
        joined_at,
        left_at,
        max(left_at) OVER (
            PARTITION BY session_code, somebody
            ORDER BY joined_at ASC, left_at ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_until
    FROM inside
),

total AS (
    SELECT
        session_code,
        somebody,
        min(person_key) AS person_key,
        sum(
            greatest(
                epoch(left_at) - epoch(greatest(joined_at, coalesce(covered_until, joined_at))),
                0
            )
        ) / 60.0 AS minutes
    FROM presence
    GROUP BY session_code, somebody
),

booked AS (
    SELECT
        session_code,
        participant_key,
        organisation_code,
        region_code,
        icb_code,
        care_setting,
        staff_group,
        row_number() OVER (
            PARTITION BY session_code, participant_key
            ORDER BY booked_at DESC NULLS LAST, booking_key ASC
        ) AS preference
    FROM core.fact_booking
    WHERE status <> 'cancelled' AND participant_key IS NOT NULL
)

SELECT
    md5(total.session_code || ' ' || total.somebody) AS attendance_key,
    total.person_key AS participant_key,
    total.session_code,
    CAST(total.minutes AS DOUBLE) AS minutes,
    total.minutes >= programme.minimum_minutes AS is_attended,
    coalesce(booked.organisation_code, participant.organisation_code, 'unknown') AS organisation_code,
    coalesce(booked.region_code, participant.region_code, 'unknown') AS region_code,
    coalesce(booked.icb_code, participant.icb_code, 'unknown') AS icb_code,
    coalesce(booked.care_setting, participant.care_setting, 'unknown') AS care_setting,
    coalesce(booked.staff_group, participant.staff_group, 'unknown') AS staff_group
FROM total
CROSS JOIN core.dim_programme AS programme
LEFT JOIN booked
    ON
        total.session_code = booked.session_code
        AND total.person_key = booked.participant_key
        AND booked.preference = 1
LEFT JOIN core.dim_participant AS participant ON total.person_key = participant.participant_key
