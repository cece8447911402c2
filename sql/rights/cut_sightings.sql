-- Lets the runs that reach into the time of which records are kept begin with its first delivery.
-- Inputs: ops.delivery. Parameters: kept_since.
UPDATE staging.sighting
SET delivery_on = kept.delivery_on
FROM (
    SELECT
        source_id,
        min(delivery_on) AS delivery_on
    FROM ops.delivery
    WHERE delivery_on >= :kept_since
    GROUP BY source_id
) AS kept
WHERE sighting.source_id = kept.source_id AND sighting.delivery_on < kept.delivery_on
