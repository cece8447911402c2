-- Grain: one option that one valid response gave to one closed question; of numbers, the score.
-- Inputs: kpi.valid_response, core.fact_answer
SELECT
    valid_response.response_key,
    valid_response.respondent_key,
    valid_response.wave,
    fact_answer.question_id,
    CASE
        WHEN fact_answer.score IS NULL THEN fact_answer.option_code
        ELSE CAST(CAST(fact_answer.score AS BIGINT) AS VARCHAR)
    END AS option_code
FROM kpi.valid_response
INNER JOIN core.fact_answer ON valid_response.response_key = fact_answer.response_key
WHERE valid_response.breakdown = 'all' AND fact_answer.state = 'answered'
