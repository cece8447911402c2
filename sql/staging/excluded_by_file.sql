-- Grain: one reason for which rows of one file of the delivery were excluded.
-- Inputs: incoming_excluded.
SELECT
    file_number,
    reason,
    count(*) AS rows_n
FROM incoming_excluded
GROUP BY file_number, reason
