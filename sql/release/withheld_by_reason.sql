-- Grain: one exact reason for which cells of the candidate are withheld, the most frequent first.
-- Inputs: ops.candidate_cell.
SELECT
    reason,
    count(*) AS cells_n
FROM ops.candidate_cell
WHERE suppressed
GROUP BY reason
ORDER BY cells_n DESC, reason ASC
