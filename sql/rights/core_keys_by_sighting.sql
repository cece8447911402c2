-- Grain: one sighting, with the key that core makes of its pseudonyms: of who joined a session without an
-- address, and of who is known by a code alone.
-- Inputs: staging.sighting, staging.attendance, staging.response.
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
    md5(response.session_code || ' ' || response.link_code_key) AS core_key
FROM staging.sighting AS sighting
INNER JOIN staging.response AS response ON sighting.version_key = response.version_key
