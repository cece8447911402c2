-- Grain: one redacted comment of one current response; restricted.
-- Inputs: core.current_record, staging.comment
SELECT
    record.record_key AS response_key,
    comment.question_id,
    comment.redacted_text
FROM staging.comment AS comment
INNER JOIN core.current_record AS record ON comment.version_key = record.version_key
