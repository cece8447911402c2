-- Grain: two answers of one person that one KPI compares.
-- Inputs: kpi.item_answer, kpi.valid_response, core.fact_response
-- A difference takes two items of one response; a pair takes one item before and after one session.
-- The state is the lesser answered of the two: as words, answered < blank < not_applicable < not_reached <
-- not_understood.
WITH response AS (
    SELECT
        valid_response.response_key,
        valid_response.respondent_key,
        valid_response.session_code,
        fact_response.link_tier = 'reference' AS is_first_tier
    FROM kpi.valid_response
    INNER JOIN core.fact_response ON valid_response.response_key = fact_response.response_key
    WHERE valid_response.breakdown = 'all'
),

later AS (
    SELECT
        item_answer.kpi_id,
        item_answer.response_key,
        item_answer.state,
        item_answer.score,
        response.respondent_key,
        response.session_code,
        response.is_first_tier
    FROM kpi.item_answer
    INNER JOIN response ON item_answer.response_key = response.response_key
    WHERE item_answer.item = 'after' AND response.session_code <> ''
),

earlier AS (
    SELECT
        item_answer.kpi_id,
        item_answer.state,
        item_answer.score,
        response.respondent_key,
        response.session_code,
        response.is_first_tier
    FROM kpi.item_answer
    INNER JOIN response ON item_answer.response_key = response.response_key
    WHERE item_answer.item = 'before'
)

SELECT
    minuend.kpi_id,
    'difference' AS item,
    minuend.response_key,
    greatest(minuend.state, subtrahend.state) AS state,
    subtrahend.score AS score_before,
    minuend.score AS score_after,
    CAST(NULL AS BOOLEAN) AS is_first_tier
FROM kpi.item_answer AS minuend
INNER JOIN kpi.item_answer AS subtrahend
    ON
        minuend.kpi_id = subtrahend.kpi_id
        AND minuend.response_key = subtrahend.response_key
WHERE minuend.item = 'item' AND subtrahend.item = 'minus'
UNION ALL
SELECT
    later.kpi_id,
    'pair' AS item,
    later.response_key,
    greatest(later.state, earlier.state) AS state,
    earlier.score AS score_before,
    later.score AS score_after,
    later.is_first_tier AND earlier.is_first_tier AS is_first_tier
FROM later
INNER JOIN earlier
    ON
        later.kpi_id = earlier.kpi_id
        AND later.respondent_key = earlier.respondent_key
        AND later.session_code = earlier.session_code
