-- Grain: one booking of a place, in its latest version.
-- Inputs: core.current_record, staging.booking, staging.attendance
-- A no-show needs somebody identifiable who booked, and a report of that session without them.
WITH presence AS (
    SELECT DISTINCT
        attendance.session_code,
        attendance.person_key
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
),

reported AS (
    SELECT DISTINCT session_code FROM presence
)

SELECT
    record.record_key AS booking_key,
    booking.source_id,
    booking.person_key AS participant_key,
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
        AND reported.session_code IS NOT NULL
        AND presence.person_key IS NULL
    ) AS is_no_show
FROM staging.booking AS booking
INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
LEFT JOIN reported ON booking.session_code = reported.session_code
LEFT JOIN presence
    ON booking.session_code = presence.session_code AND booking.person_key = presence.person_key
