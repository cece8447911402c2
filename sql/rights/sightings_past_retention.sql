-- Grain: one record that was brought by one delivery which is older than records may be kept.
-- Inputs: delivered_record. Parameters: kept_since.
SELECT *
FROM delivered_record
WHERE delivery_on < :kept_since
