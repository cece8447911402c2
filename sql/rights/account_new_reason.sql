-- Enters the withdrawn rows of each file of which none is excluded for the same reason yet.
-- Inputs: withdrawn_count, ops.excluded. Parameters: reason.
INSERT INTO ops.excluded (source_id, delivery_on, file_number, reason, rows_n)
SELECT
    source_id,
    delivery_on,
    file_number,
    :reason AS reason,
    rows_n
FROM withdrawn_count
WHERE (source_id, delivery_on, file_number) NOT IN (
    SELECT (excluded.source_id, excluded.delivery_on, excluded.file_number)
    FROM ops.excluded
    WHERE excluded.reason = :reason
)
