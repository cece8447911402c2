-- Grain: one reason for which rows of one file of the delivery were excluded, with the first lines.
-- Inputs: incoming_excluded.
SELECT
    file_number,
    reason,
    count(*) AS rows_n,
    list_slice(array_agg(line ORDER BY line), 1, 3) AS first_lines
FROM incoming_excluded
GROUP BY file_number, reason
