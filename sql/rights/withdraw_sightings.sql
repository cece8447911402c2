-- Deletes the sightings that are withdrawn.
-- Inputs: withdrawn.
DELETE FROM staging.sighting
WHERE (source_id, delivery_on, record_key) IN (SELECT (source_id, delivery_on, record_key) FROM withdrawn)
