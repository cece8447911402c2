-- Grain: one source, over all of its deliveries.
-- Inputs: ops.delivery, staging.sighting, core.current_record, outstanding (deliveries of a source that the
-- release is made without)
-- Counts of records go to the nearest five, as every released count does; one to seven are given as five,
-- since they are records and not people, and a zero would hide them.
WITH total AS (
    SELECT
        source_id,
        count(DISTINCT delivery_on) AS deliveries_n,
        count(*) AS files_n,
        count(*) FILTER (WHERE status = 'refused') AS refused_files_n,
        max(delivery_on) AS last_delivery_on,
        sum(received_n) AS received_n,
        sum(loaded_n) AS loaded_n,
        sum(duplicate_n) AS duplicate_n,
        sum(excluded_n) AS excluded_n,
        sum(rejected_n) AS rejected_n
    FROM ops.delivery
    GROUP BY source_id
),

seen AS (
    SELECT DISTINCT
        source_id,
        record_key
    FROM staging.sighting
    WHERE delivery_on <= :as_of
),

withdrawn AS (
    SELECT
        seen.source_id,
        count(*) AS withdrawn_n
    FROM seen
    LEFT JOIN core.current_record
        ON seen.source_id = current_record.source_id AND seen.record_key = current_record.record_key
    WHERE current_record.record_key IS NULL
    GROUP BY seen.source_id
),

source AS (
    SELECT
        coalesce(total.source_id, outstanding.source_id) AS source_id,
        coalesce(total.deliveries_n, 0) AS deliveries_n,
        coalesce(outstanding.outstanding_n, 0) AS outstanding_n,
        coalesce(total.files_n, 0) AS files_n,
        coalesce(total.refused_files_n, 0) AS refused_files_n,
        total.last_delivery_on,
        coalesce(total.received_n, 0) AS received_n,
        coalesce(total.loaded_n, 0) AS loaded_n,
        coalesce(total.duplicate_n, 0) AS duplicate_n,
        coalesce(total.excluded_n, 0) AS excluded_n,
        coalesce(total.rejected_n, 0) AS rejected_n,
        coalesce(withdrawn.withdrawn_n, 0) AS withdrawn_n
    FROM total
    FULL JOIN outstanding ON total.source_id = outstanding.source_id
    LEFT JOIN withdrawn ON total.source_id = withdrawn.source_id
)

SELECT
    source_id,
    deliveries_n,
    outstanding_n,
    files_n,
    refused_files_n,
    last_delivery_on,
    CAST(greatest(round(received_n / 5.0) * 5, least(received_n, 1) * 5) AS BIGINT) AS received_n,
    CAST(greatest(round(loaded_n / 5.0) * 5, least(loaded_n, 1) * 5) AS BIGINT) AS loaded_n,
    CAST(greatest(round(duplicate_n / 5.0) * 5, least(duplicate_n, 1) * 5) AS BIGINT) AS duplicate_n,
    CAST(greatest(round(excluded_n / 5.0) * 5, least(excluded_n, 1) * 5) AS BIGINT) AS excluded_n,
    CAST(greatest(round(rejected_n / 5.0) * 5, least(rejected_n, 1) * 5) AS BIGINT) AS rejected_n,
    CAST(greatest(round(withdrawn_n / 5.0) * 5, least(withdrawn_n, 1) * 5) AS BIGINT) AS withdrawn_n
FROM source
