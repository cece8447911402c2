-- Makes the temporary table of the rows that take the place of every sighting that reaches the delivery, or
-- the one before or after it: what these said of other deliveries, and what this one brings. A version of a
-- record that this delivery brings in the file of the same number is one row with what lies before and after.
-- So the rows follow from the deliveries that are there, in whatever order they came.
-- Inputs: staging.sighting, incoming_winner. Parameters: source_id, delivery_on, before_on, after_on.
CREATE OR REPLACE TEMPORARY TABLE incoming_sighting AS
WITH part AS (
    SELECT
        delivery_on,
        least(until_on, :before_on) AS until_on,
        record_key,
        version_key,
        file_number
    FROM staging.sighting
    WHERE source_id = :source_id AND delivery_on < :delivery_on AND until_on >= :before_on
    UNION ALL
    SELECT
        greatest(delivery_on, :after_on) AS delivery_on,
        until_on,
        record_key,
        version_key,
        file_number
    FROM staging.sighting
    WHERE source_id = :source_id AND until_on > :delivery_on AND delivery_on <= :after_on
    UNION ALL
    SELECT
        CAST(:delivery_on AS DATE) AS delivery_on,
        CAST(:delivery_on AS DATE) AS until_on,
        record_key,
        version_key,
        file_number
    FROM incoming_winner
)

SELECT
    :source_id AS source_id,
    min(part.delivery_on) AS delivery_on,
    max(part.until_on) AS until_on,
    part.record_key,
    part.version_key,
    part.file_number
FROM part
LEFT JOIN incoming_winner AS winner
    ON
        part.record_key = winner.record_key
        AND part.version_key = winner.version_key
        AND part.file_number = winner.file_number
GROUP BY
    part.record_key,
    part.version_key,
    part.file_number,
    CASE WHEN winner.record_key IS NULL THEN part.delivery_on END
