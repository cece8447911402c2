-- Grain: one row of what was delivered and is in no figure as of now.
-- Inputs: ops.delivery, staging.answer.
WITH unread AS (
    SELECT count(*) AS answers_n
    FROM staging.answer
    WHERE state = 'not_understood'
)

SELECT
    count(*) FILTER (WHERE delivery.status = 'refused') AS refused_files_n,
    CAST(coalesce(sum(delivery.rejected_n), 0) AS BIGINT) AS rejected_n,
    CAST(coalesce(sum(delivery.excluded_n), 0) AS BIGINT) AS excluded_n,
    max(unread.answers_n) AS unread_answers_n
FROM unread
LEFT JOIN ops.delivery ON TRUE
