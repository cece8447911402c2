-- Grain: one file that the ledger knows, with what it was loaded with, in the order of deliveries.
-- Inputs: ops.delivery, ops.excluded. Parameters: past_retention (the reason of rows that are too old).
WITH too_old AS (
    SELECT
        source_id,
        delivery_on,
        file_number,
        sum(rows_n) AS rows_n
    FROM ops.excluded
    WHERE reason = :past_retention
    GROUP BY source_id, delivery_on, file_number
)

SELECT
    delivery.source_id,
    delivery.delivery_on,
    delivery.digest,
    delivery.contract_version,
    delivery.code_version,
    delivery.key_id,
    delivery.loaded_n + delivery.duplicate_n AS kept_n,
    CAST(coalesce(too_old.rows_n, 0) AS BIGINT) AS too_old_n
FROM ops.delivery AS delivery
LEFT JOIN too_old
    ON
        delivery.source_id = too_old.source_id
        AND delivery.delivery_on = too_old.delivery_on
        AND delivery.file_number = too_old.file_number
ORDER BY delivery.source_id, delivery.delivery_on, delivery.file_number
