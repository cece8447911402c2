-- Grain: one comment of a valid response, in order.
-- Inputs: core.fact_comment, kpi.valid_response.
SELECT
    comment.response_key,
    comment.question_id,
    valid_response.wave,
    valid_response.respondent_key,
    comment.redacted_text
FROM core.fact_comment AS comment
INNER JOIN kpi.valid_response ON comment.response_key = valid_response.response_key
WHERE valid_response.breakdown = 'all'
ORDER BY comment.response_key, comment.question_id
