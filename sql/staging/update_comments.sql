-- Replaces stored comments by the same comments redacted again.
-- Inputs: again (rows of staging.comment).
UPDATE staging.comment
SET redacted_text = again.redacted_text, redaction_n = again.redaction_n
FROM again
WHERE comment.version_key = again.version_key AND comment.question_id = again.question_id
