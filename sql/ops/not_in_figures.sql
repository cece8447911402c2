-- Grain: one row of what was delivered and is in no figure as of now.
-- Inputs: ops.delivery, staging.answer.
SELECT
    count(*) FILTER (WHERE status = 'refused') AS refused_files_n,
    CAST(coalesce(sum(rejected_n), 0) AS BIGINT) AS rejected_n,
    CAST(coalesce(sum(excluded_n), 0) AS BIGINT) AS excluded_n,
    (SELECT count(*) FROM staging.answer WHERE state = 'not_understood') AS unread_answers_n
FROM ops.delivery
