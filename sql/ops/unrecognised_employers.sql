-- Grain: one row of counts over the bookings of one delivery.
-- Inputs: staging.sighting, staging.booking. Parameters: source_id, delivery_on.
SELECT
    count(*) FILTER (WHERE booking.organisation_code = 'not_listed') AS employers_not_listed,
    count(*) FILTER (WHERE booking.organisation_code = 'closed') AS employers_closed
FROM staging.sighting AS sighting
INNER JOIN staging.booking AS booking ON sighting.version_key = booking.version_key
WHERE sighting.source_id = :source_id AND :delivery_on BETWEEN sighting.delivery_on AND sighting.until_on
