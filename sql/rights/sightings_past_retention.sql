-- Grain: one sighting of a delivery that is older than records may be kept.
-- Inputs: staging.sighting. Parameters: kept_since.
SELECT *
FROM staging.sighting
WHERE delivery_on < :kept_since
