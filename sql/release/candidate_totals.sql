-- Grain: one row of counts over the cells of the candidate.
-- Inputs: ops.candidate_cell.
SELECT
    count(*) FILTER (WHERE NOT suppressed) AS shown_n,
    count(*) FILTER (WHERE is_carried_forward) AS carried_forward_n,
    min(as_of) FILTER (WHERE is_carried_forward) AS oldest
FROM ops.candidate_cell
