-- Grain: one identified person who booked, attended or answered.
-- Inputs: core.current_record, staging.booking, staging.attendance, staging.response
-- A person's place is that of their latest booking; of one that was not cancelled where there is one.
WITH person AS (
    SELECT booking.person_key
    FROM staging.booking AS booking
    INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
    UNION
    SELECT attendance.person_key
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
    WHERE NOT attendance.is_facilitator
    UNION
    SELECT response.person_key
    FROM staging.response AS response
    INNER JOIN core.current_record AS record ON response.version_key = record.version_key
),

place AS (
    SELECT
        booking.person_key,
        booking.organisation_code,
        booking.region_code,
        booking.icb_code,
        booking.care_setting,
        booking.staff_group,
        row_number() OVER (
            PARTITION BY booking.person_key
            ORDER BY
                booking.status = 'cancelled' ASC,
                booking.booked_at DESC NULLS LAST,
                record.record_key ASC
        ) AS preference
    FROM staging.booking AS booking
    INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
    WHERE booking.person_key IS NOT NULL
)

SELECT
    person.person_key AS participant_key,
    coalesce(place.organisation_code, 'unknown') AS organisation_code,
    coalesce(place.region_code, 'unknown') AS region_code,
    coalesce(place.icb_code, 'unknown') AS icb_code,
    coalesce(place.care_setting, 'unknown') AS care_setting,
    coalesce(place.staff_group, 'unknown') AS staff_group
FROM person
LEFT JOIN place ON person.person_key = place.person_key AND place.preference = 1
WHERE person.person_key IS NOT NULL
