-- Grain: the rejected rows of one file that break one rule at one column, most rows first.
-- Inputs: ops.rejected_row. Parameters: shown_lines (how many first lines are named).
SELECT
    source_id,
    delivery_on,
    file_number,
    digest,
    column_name,
    rule,
    count(*) AS rows_n,
    list_slice(list_sort(list(line)), 1, :shown_lines) AS first_lines
FROM ops.rejected_row
GROUP BY source_id, delivery_on, file_number, digest, column_name, rule
ORDER BY
    rows_n DESC, source_id ASC, delivery_on ASC, file_number ASC, digest ASC, column_name ASC, rule ASC
