-- Grain: one participant's presence in one session; of the unidentified each name there, else each join.
-- Inputs: core.dim_programme, core.dim_participant, core.dim_session, core.fact_booking, core.presence
-- Minutes are the union of the intervals inside the session, so that two devices at once count once
-- and waiting before it does not count. Where an end of the session is not known, nothing is cut there.
WITH inside AS (
    SELECT
        presence.session_code,
        presence.participant_key,
        presence.somebody_key,
        greatest(presence.joined_at, coalesce(session.starts_at, presence.joined_at)) AS joined_at,
        least(presence.left_at, coalesce(session.ends_at, presence.left_at)) AS left_at
    FROM core.presence
    INNER JOIN core.dim_session AS session ON presence.session_code = session.session_code
),

covered AS (
    SELECT
        session_code,
        participant_key,
        somebody_key,
        joined_at,
        left_at,
        max(left_at) OVER (
            PARTITION BY session_code, somebody_key
            ORDER BY joined_at ASC, left_at ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_until
    FROM inside
),

total AS (
    SELECT
        session_code,
        somebody_key,
        min(participant_key) AS participant_key,
        sum(
            greatest(
                epoch(left_at) - epoch(greatest(joined_at, coalesce(covered_until, joined_at))),
                0
            )
        ) / 60.0 AS minutes
    FROM covered
    GROUP BY session_code, somebody_key
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
    md5(total.session_code || ' ' || total.somebody_key) AS attendance_key,
    total.participant_key,
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
        AND total.participant_key = booked.participant_key
        AND booked.preference = 1
LEFT JOIN core.dim_participant AS participant ON total.participant_key = participant.participant_key
