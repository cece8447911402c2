-- Grain: one booking of a place, in its latest version.
-- Inputs: core.current_record, core.booking_holder, core.session_evidence, core.presence, staging.booking,
--         staging.attendance
-- A no-show needs somebody with an address who booked, and a meeting that was held without them.
WITH held AS (
    SELECT DISTINCT session_code
    FROM core.session_evidence
    WHERE state = 'held'
),

present AS (
    SELECT
        session_code,
        participant_key AS somebody_key
    FROM core.presence
    WHERE participant_key IS NOT NULL
    UNION
    SELECT
        session_code,
        person_key AS somebody_key
    FROM core.presence
    WHERE participant_key IS NULL AND person_key IS NOT NULL
    UNION
    SELECT
        attendance.session_code,
        attendance.person_key AS somebody_key
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
    WHERE attendance.is_facilitator AND attendance.person_key IS NOT NULL
),

came AS (
    SELECT DISTINCT holder.booking_key
    FROM core.booking_holder AS holder
    INNER JOIN present
        ON
            holder.session_code = present.session_code
            AND present.somebody_key IN (holder.participant_key, holder.person_key)
    WHERE holder.is_present
)

SELECT
    holder.booking_key,
    booking.source_id,
    holder.participant_key,
    booking.reference_key,
    booking.session_code,
    booking.booked_at,
    booking.status,
    booking.is_withdrawn,
    booking.organisation_code,
    booking.region_code,
    booking.icb_code,
    booking.care_setting,
    booking.staff_group,
    (
        booking.status = 'booked'
        AND booking.person_key IS NOT NULL
        AND held.session_code IS NOT NULL
        AND came.booking_key IS NULL
    ) AS is_no_show
FROM core.booking_holder AS holder
INNER JOIN staging.booking AS booking ON holder.version_key = booking.version_key
LEFT JOIN held ON booking.session_code = held.session_code
LEFT JOIN came ON holder.booking_key = came.booking_key
WHERE holder.is_present
