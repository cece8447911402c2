-- Counts the withdrawn rows of each file as excluded instead of loaded.
-- Inputs: withdrawn_count.
UPDATE ops.delivery
SET loaded_n = loaded_n - gone.rows_n, excluded_n = excluded_n + gone.rows_n
FROM withdrawn_count AS gone
WHERE
    delivery.source_id = gone.source_id
    AND delivery.delivery_on = gone.delivery_on
    AND delivery.file_number = gone.file_number
