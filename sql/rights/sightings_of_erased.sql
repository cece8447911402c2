-- Grain: one record that one delivery brought, in a version whose run the warehouse before has no sighting
-- of, though it had excluded rows of erased persons from the first file of the run.
-- Inputs: delivered_record, staging.sighting, sighting_before, file_with_erased.
SELECT *
FROM delivered_record
WHERE (source_id, record_key, version_key, file_number) IN (
    SELECT (sighting.source_id, sighting.record_key, sighting.version_key, sighting.file_number)
    FROM staging.sighting AS sighting
    WHERE
        (sighting.source_id, sighting.delivery_on, sighting.file_number, sighting.record_key) NOT IN (
            SELECT (before.source_id, before.delivery_on, before.file_number, before.record_key)
            FROM sighting_before AS before
        )
        AND (sighting.source_id, sighting.delivery_on, sighting.file_number) IN (
            SELECT (file.source_id, file.delivery_on, file.file_number) FROM file_with_erased AS file
        )
)
