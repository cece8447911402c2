-- Grain: one sighting, with one key that core makes of its pseudonyms: of who joined a session or booked a
-- place without an address, of who is one of several behind an address, and of who is known by a code alone.
-- Inputs: staging.sighting, staging.booking, staging.attendance, staging.response.
SELECT
    sighting.source_id,
    sighting.delivery_on,
    sighting.until_on,
    sighting.file_number,
    sighting.record_key,
    md5(attendance.session_code || ' ' || sighting.record_key) AS core_key
FROM staging.sighting AS sighting
INNER JOIN staging.attendance AS attendance ON sighting.version_key = attendance.version_key
UNION ALL
SELECT
    sighting.source_id,
    sighting.delivery_on,
    sighting.until_on,
    sighting.file_number,
    sighting.record_key,
    md5(attendance.session_code || ' ' || attendance.full_name_key) AS core_key
FROM staging.sighting AS sighting
INNER JOIN staging.attendance AS attendance ON sighting.version_key = attendance.version_key
UNION ALL
SELECT
    sighting.source_id,
    sighting.delivery_on,
    sighting.until_on,
    sighting.file_number,
    sighting.record_key,
    CASE
        WHEN booking.person_key IS NULL THEN md5(booking.session_code || ' ' || booking.full_name_key)
        ELSE md5(booking.person_key || ' ' || coalesce(booking.full_name_key, sighting.record_key))
    END AS core_key
FROM staging.sighting AS sighting
INNER JOIN staging.booking AS booking ON sighting.version_key = booking.version_key
UNION ALL
SELECT
    sighting.source_id,
    sighting.delivery_on,
    sighting.until_on,
    sighting.file_number,
    sighting.record_key,
    md5(response.session_code || ' ' || response.link_code_key) AS core_key
FROM staging.sighting AS sighting
INNER JOIN staging.response AS response ON sighting.version_key = response.version_key
