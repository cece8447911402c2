-- Deletes the sightings that are withdrawn up to their last delivery.
-- Inputs: withdrawn.
DELETE FROM staging.sighting
WHERE (source_id, until_on, record_key) IN (SELECT (source_id, delivery_on, record_key) FROM withdrawn)
