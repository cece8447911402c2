-- To version 4: a sighting stands for a run of deliveries instead of one, and records that a delivery brought
-- in rejected rows alone are noted.
ALTER TABLE staging.sighting RENAME TO sighting_before;

CREATE TABLE staging.sighting (
    source_id VARCHAR NOT NULL,
    delivery_on DATE NOT NULL,
    until_on DATE NOT NULL,
    record_key VARCHAR NOT NULL,
    version_key VARCHAR NOT NULL,
    file_number BIGINT NOT NULL
);

-- Deliveries without a gap between them have the same difference between their number among all deliveries of
-- the source and their number among those that brought the version.
INSERT INTO staging.sighting (source_id, delivery_on, until_on, record_key, version_key, file_number)
WITH delivery AS (
    SELECT
        source_id,
        delivery_on,
        row_number() OVER (PARTITION BY source_id ORDER BY delivery_on) AS place
    FROM ops.delivery
    GROUP BY source_id, delivery_on
),

placed AS (
    SELECT
        sighting.source_id,
        sighting.delivery_on,
        sighting.record_key,
        sighting.version_key,
        sighting.file_number,
        coalesce(delivery.place, 0) - row_number() OVER (
            PARTITION BY sighting.source_id, sighting.record_key, sighting.version_key, sighting.file_number
            ORDER BY sighting.delivery_on
        ) AS run
    FROM staging.sighting_before AS sighting
    LEFT JOIN delivery
        ON sighting.source_id = delivery.source_id AND sighting.delivery_on = delivery.delivery_on
)

SELECT
    source_id,
    min(delivery_on) AS delivery_on,
    max(delivery_on) AS until_on,
    record_key,
    version_key,
    file_number
FROM placed
GROUP BY source_id, record_key, version_key, file_number, run;

DROP TABLE staging.sighting_before;

CREATE TABLE staging.rejected_record (
    source_id VARCHAR NOT NULL,
    delivery_on DATE NOT NULL,
    record_key VARCHAR NOT NULL,
    person_key VARCHAR
);
