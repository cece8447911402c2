-- Grain: one sighting, with the pseudonyms of its version.
-- Inputs: staging.sighting, stored_version.
SELECT
    sighting.source_id,
    sighting.delivery_on,
    sighting.until_on,
    sighting.file_number,
    sighting.record_key,
    stored_version.person_key,
    stored_version.reference_key,
    stored_version.full_name_key
FROM staging.sighting AS sighting
INNER JOIN stored_version ON sighting.version_key = stored_version.version_key
