-- Grain: one employer that occurs in current bookings.
-- Inputs: core.current_record, staging.booking
SELECT
    booking.organisation_code,
    min(booking.region_code) AS region_code,
    min(booking.icb_code) AS icb_code,
    min(booking.care_setting) AS care_setting
FROM staging.booking AS booking
INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
GROUP BY booking.organisation_code
