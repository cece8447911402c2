-- Grain: one join of somebody who is not staff, in a meeting that was held.
-- Inputs: core.current_record, core.dim_programme, core.session_evidence,
--         core.shared_address, core.booking_holder, staging.attendance, staging.booking
-- Who joined is known by an address of their own; behind a shared one by the name of a place; without any by
-- the name, where it is that of one participant who booked the session or joined it. Who is known by neither
-- stands alone: by name there, else by join.
WITH joined AS (
    SELECT
        record.source_id,
        record.record_key,
        attendance.session_code,
        attendance.person_key,
        attendance.full_name_key,
        attendance.joined_at,
        attendance.left_at,
        CASE WHEN shared_address.person_key IS NULL THEN attendance.person_key END AS own_key
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
    CROSS JOIN core.dim_programme AS programme
    INNER JOIN core.session_evidence AS meeting
        ON
            attendance.session_code = meeting.session_code
            AND attendance.source_id = meeting.source_id
            AND attendance.session_starts_at IS NOT DISTINCT FROM meeting.starts_at
            AND attendance.session_ends_at IS NOT DISTINCT FROM meeting.ends_at
            AND CAST(
                coalesce(attendance.session_starts_at, attendance.joined_at)
                AT TIME ZONE 'UTC' AT TIME ZONE programme.timezone AS DATE
            ) = meeting.day_on
            AND meeting.state = 'held'
    LEFT JOIN core.shared_address ON attendance.person_key = shared_address.person_key
    WHERE NOT attendance.is_facilitator
),

placed AS (
    SELECT DISTINCT
        holder.session_code,
        holder.person_key,
        holder.full_name_key,
        holder.participant_key
    FROM core.booking_holder AS holder
    INNER JOIN staging.booking AS booking ON holder.version_key = booking.version_key
    WHERE
        holder.is_present
        AND booking.status <> 'cancelled'
        AND holder.participant_key IS NOT NULL
        AND holder.full_name_key IS NOT NULL
),

named AS (
    SELECT
        session_code,
        full_name_key,
        participant_key
    FROM placed
    UNION
    SELECT
        session_code,
        full_name_key,
        own_key AS participant_key
    FROM joined
    WHERE own_key IS NOT NULL
),

known_by_name AS (
    SELECT
        session_code,
        full_name_key,
        min(participant_key) AS participant_key
    FROM named
    GROUP BY session_code, full_name_key
    HAVING count(DISTINCT participant_key) = 1
),

identified AS (
    SELECT
        joined.*,
        -- Not a condition of the join: of its left side alone, it would be compared row by row.
        coalesce(
            joined.own_key,
            placed.participant_key,
            CASE WHEN joined.person_key IS NULL THEN known_by_name.participant_key END
        ) AS participant_key
    FROM joined
    LEFT JOIN placed
        ON
            joined.session_code = placed.session_code
            AND joined.person_key = placed.person_key
            AND joined.full_name_key = placed.full_name_key
    LEFT JOIN known_by_name
        ON
            joined.session_code = known_by_name.session_code
            AND joined.full_name_key = known_by_name.full_name_key
)

SELECT
    source_id,
    record_key,
    session_code,
    person_key,
    participant_key,
    coalesce(participant_key, full_name_key, record_key) AS somebody_key,
    joined_at,
    left_at
FROM identified
