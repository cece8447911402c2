-- Makes the temporary table of how many rows of each file are withdrawn.
-- Inputs: withdrawn.
CREATE OR REPLACE TEMPORARY TABLE withdrawn_count AS
SELECT
    source_id,
    delivery_on,
    file_number,
    count(*) AS rows_n
FROM withdrawn
GROUP BY source_id, delivery_on, file_number
