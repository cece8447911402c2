-- Grain: the rows of one source that are excluded for one reason as of now, most rows first.
-- Inputs: ops.excluded.
SELECT
    source_id,
    reason,
    CAST(sum(rows_n) AS BIGINT) AS rows_n
FROM ops.excluded
GROUP BY source_id, reason
ORDER BY rows_n DESC, source_id ASC, reason ASC
