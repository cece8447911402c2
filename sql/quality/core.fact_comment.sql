-- Grain: one row of counts over core.fact_comment.
-- Inputs: core.fact_comment, core.fact_response, core.dim_question
-- may be empty: Nobody need comment.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A response has one comment to a question.
-- rule: response_exists | critical | response_orphans_n <= 0
--   A comment belongs to a response.
-- rule: question_exists | critical | question_orphans_n <= 0
--   A comment belongs to a question.
-- rule: question_asks_for_text | critical | not_comments_n <= 0
--   The answer to a question with a scale is stored as an answer, never as text.
-- rule: text_is_not_empty | critical | empty_texts_n <= 0
--   A blank is no comment.
-- rule: no_email_address_is_left | critical | email_addresses_n <= 0
--   Comments are redacted before they are stored; this looks again, with a pattern of its own.
-- rule: no_long_number_is_left | warning | long_numbers_n <= 0
--   Ten digits may be an NHS number or a telephone number that redaction missed.
WITH response AS (
    SELECT DISTINCT response_key FROM core.fact_response
),

question AS (
    SELECT DISTINCT
        question_id,
        kind
    FROM core.dim_question
)

SELECT
    (SELECT count(*) FROM core.fact_comment)
    - (
        SELECT count(*) FROM (SELECT DISTINCT
            response_key,
            question_id
        FROM core.fact_comment) AS distinct_key
    )
        AS repeated_keys_n,
    count(*) FILTER (WHERE response.response_key IS NULL) AS response_orphans_n,
    count(*) FILTER (WHERE question.question_id IS NULL) AS question_orphans_n,
    count(*) FILTER (WHERE question.kind <> 'text') AS not_comments_n,
    count(*) FILTER (WHERE trim(comment.redacted_text) = '') AS empty_texts_n,
    count(*) FILTER (WHERE regexp_matches(comment.redacted_text, '[^\s@]+@[^\s@]+\.[^\s@]+'))
        AS email_addresses_n,
    count(*) FILTER (WHERE regexp_matches(comment.redacted_text, '[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}'))
        AS long_numbers_n
FROM core.fact_comment AS comment
LEFT JOIN response ON comment.response_key = response.response_key
LEFT JOIN question ON comment.question_id = question.question_id
