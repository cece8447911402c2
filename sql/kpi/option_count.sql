-- Grain: one option of one closed question in one wave in which anybody answered it.
-- Inputs: kpi.given_option, core.dim_option, core.dim_question
WITH offered AS (
    SELECT
        question_id,
        option_code
    FROM core.dim_option
    UNION ALL
    SELECT
        question_id,
        CAST(unnest(range(scale_minimum, scale_maximum + 1)) AS VARCHAR) AS option_code
    FROM core.dim_question
    WHERE scale_minimum IS NOT NULL
),

answered AS (
    SELECT
        wave,
        question_id,
        count(DISTINCT response_key) AS of_answers_n,
        count(DISTINCT respondent_key) AS of_people_n
    FROM kpi.given_option
    GROUP BY wave, question_id
),

given AS (
    SELECT
        wave,
        question_id,
        option_code,
        count(*) AS answers_n
    FROM kpi.given_option
    GROUP BY wave, question_id, option_code
)

SELECT
    answered.wave,
    answered.question_id,
    offered.option_code,
    coalesce(given.answers_n, 0) AS answers_n,
    answered.of_answers_n,
    answered.of_people_n
FROM answered
INNER JOIN offered ON answered.question_id = offered.question_id
LEFT JOIN given
    ON
        answered.wave = given.wave
        AND answered.question_id = given.question_id
        AND offered.option_code = given.option_code
