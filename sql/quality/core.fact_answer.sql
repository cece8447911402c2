-- Grain: one row of counts over core.fact_answer.
-- Inputs: core.fact_answer, core.fact_response, core.dim_question, core.dim_option
-- The option "other" stands for texts that are no option, where a scale accepts them; no scale lists it.
-- rule: has_rows | critical | rows_n >= 1 | with questions
--   The programme asks questions, so no answer at all means that loading them failed.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   An answer that stands twice would be counted twice; the database does not enforce this key.
-- rule: response_exists | critical | response_orphans_n <= 0
--   An answer belongs to a response.
-- rule: question_exists | critical | question_orphans_n <= 0
--   An answer belongs to a question.
-- rule: option_exists | critical | option_orphans_n <= 0
--   A chosen option is one that its question offers.
-- rule: place_is_that_of_the_option | critical | wrong_places_n <= 0
--   The mean of the places rests on it.
-- rule: state_is_known | critical | unknown_states_n <= 0
--   An answer is answered, blank, not applicable or not understood; each is counted apart.
-- rule: score_is_on_the_scale | critical | out_of_scale_n <= 0
--   A score outside of its question's scale would move the mean.
-- rule: blank_has_no_content | critical | answered_nothing_n <= 0
--   What is blank or not applicable has neither option nor score.
-- rule: answer_has_content | critical | empty_answers_n <= 0
--   What is answered has an option or a score.
-- rule: most_are_not_blank | warning | blank_share <= 0.5
--   When most answers are blank, the columns of a survey were most likely mapped wrongly.
WITH response AS (
    SELECT DISTINCT response_key FROM core.fact_response
),

question AS (
    SELECT DISTINCT
        question_id,
        kind,
        scale_minimum,
        scale_maximum
    FROM core.dim_question
),

choice AS (
    SELECT DISTINCT
        question_id,
        option_code,
        option_order
    FROM core.dim_option
)

SELECT
    count(*) AS rows_n,
    (SELECT count(*) FROM core.fact_answer)
    - (
        SELECT count(*)
        FROM (SELECT DISTINCT
            response_key,
            question_id,
            option_code
        FROM core.fact_answer) AS distinct_key
    ) AS repeated_keys_n,
    count(*) FILTER (WHERE response.response_key IS NULL) AS response_orphans_n,
    count(*) FILTER (WHERE question.question_id IS NULL) AS question_orphans_n,
    count(*) FILTER (WHERE answer.option_code NOT IN ('', 'other') AND choice.option_code IS NULL)
        AS option_orphans_n,
    count(*) FILTER (WHERE answer.option_order IS DISTINCT FROM choice.option_order) AS wrong_places_n,
    count(*) FILTER (
        WHERE answer.state NOT IN ('answered', 'blank', 'not_applicable', 'not_reached', 'not_understood')
    ) AS unknown_states_n,
    count(*) FILTER (
        WHERE
        answer.score IS NOT NULL
        AND (
            question.scale_minimum IS NULL
            OR answer.score < question.scale_minimum
            OR answer.score > question.scale_maximum
        )
    ) AS out_of_scale_n,
    count(*) FILTER (
        WHERE answer.state <> 'answered' AND (answer.option_code <> '' OR answer.score IS NOT NULL)
    ) AS answered_nothing_n,
    count(*) FILTER (
        WHERE answer.state = 'answered' AND answer.option_code = '' AND answer.score IS NULL
    ) AS empty_answers_n,
    coalesce(avg(CASE WHEN answer.state IN ('blank', 'not_reached') THEN 1.0 ELSE 0.0 END), 0.0)
        AS blank_share
FROM core.fact_answer AS answer
LEFT JOIN response ON answer.response_key = response.response_key
LEFT JOIN question ON answer.question_id = question.question_id
LEFT JOIN choice ON answer.question_id = choice.question_id AND answer.option_code = choice.option_code
