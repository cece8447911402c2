-- Adds the withdrawn rows of each file to those that are excluded for the same reason already.
-- Inputs: withdrawn_count. Parameters: reason.
UPDATE ops.excluded
SET rows_n = excluded.rows_n + gone.rows_n
FROM withdrawn_count AS gone
WHERE
    excluded.source_id = gone.source_id
    AND excluded.delivery_on = gone.delivery_on
    AND excluded.file_number = gone.file_number
    AND excluded.reason = :reason
