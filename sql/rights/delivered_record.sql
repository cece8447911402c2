-- Makes the temporary view of what each delivery brought, one row for each of its records; a record is in the
-- file of the same number in every delivery of its run.
-- Inputs: staging.sighting, ops.delivery.
CREATE OR REPLACE TEMPORARY VIEW delivered_record AS
SELECT
    sighting.source_id,
    delivery.delivery_on,
    sighting.record_key,
    sighting.version_key,
    sighting.file_number
FROM staging.sighting AS sighting
INNER JOIN ops.delivery AS delivery
    ON
        sighting.source_id = delivery.source_id
        AND sighting.file_number = delivery.file_number
        AND delivery.delivery_on BETWEEN sighting.delivery_on AND sighting.until_on
