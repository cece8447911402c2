-- Grain: one person's contribution to one population of released cells, at one place; in codes of 60 bits.
-- Inputs: kpi.place, kpi.valid_response, kpi.item_answer, kpi.item_pair, kpi.item_triple, kpi.follow_up,
-- kpi.due_answer, kpi.given_option, kpi.comment_theme, core.dim_kpi, core.dim_wave, core.dim_question,
-- core.fact_response
-- A population is what several readings are of; its content says what of the person could change them, and
-- names nobody, so that it stays comparable when pseudonyms change; its outcomes name shares that count it.
WITH placed AS (
    SELECT
        kind,
        is_cancelled,
        is_no_show,
        person_key,
        session_code,
        record_key,
        concat_ws(
            '|', phase_id, month_label, region_code, icb_code, sector, care_setting, staff_group,
            delivery_mode, session_code
        ) AS place
    FROM kpi.place
),

attended AS (
    SELECT DISTINCT
        person_key,
        session_code,
        place
    FROM placed
    WHERE kind = 'attended'
),

response AS (
    SELECT
        valid_response.response_key,
        valid_response.respondent_key AS person_key,
        valid_response.wave,
        valid_response.session_code,
        coalesce(attended.place, '') AS place
    FROM kpi.valid_response
    LEFT JOIN attended
        ON
            valid_response.respondent_key = attended.person_key
            AND valid_response.session_code = attended.session_code
    WHERE valid_response.breakdown = 'all'
),

scored AS (
    SELECT
        item_answer.kpi_id || '/' || CASE dim_kpi.rule WHEN 'change' THEN 'unpaired' ELSE 'item' END
            AS population,
        item_answer.response_key,
        concat_ws(
            '|', item_answer.item, item_answer.is_favourable, item_answer.option_order, item_answer.score
        ) AS content,
        concat_ws(
            '|',
            CASE WHEN dim_kpi.rule = 'top_share' AND item_answer.is_favourable THEN 'share' END,
            CASE WHEN dim_kpi.rule = 'mean' AND item_answer.score >= dim_kpi.high_score THEN 'share_high' END,
            CASE
                WHEN dim_kpi.rule = 'mean' AND item_answer.score = dim_question.scale_maximum
                    THEN 'share_maximum'
            END
        ) AS outcomes
    FROM kpi.item_answer
    INNER JOIN core.dim_kpi ON item_answer.kpi_id = dim_kpi.kpi_id
    LEFT JOIN core.dim_question ON dim_kpi.question_id = dim_question.question_id
    WHERE item_answer.state = 'answered' AND item_answer.item NOT IN ('minus', 'any_time')
    UNION ALL
    SELECT
        item_pair.kpi_id || '/' || item_pair.item AS population,
        item_pair.response_key,
        concat_ws('|', item_pair.score_before, item_pair.score_after) AS content,
        CASE
            WHEN item_pair.item = 'pair'
                THEN concat_ws(
                    '|',
                    CASE
                        WHEN item_pair.score_after > item_pair.score_before THEN 'E6_improved'
                        WHEN item_pair.score_after < item_pair.score_before THEN 'E6_worse'
                        ELSE 'E6_same'
                    END,
                    CASE WHEN item_pair.score_before = 0 THEN 'zero_before' END,
                    CASE WHEN item_pair.score_before = dim_question.scale_maximum THEN 'ceiling_before' END
                )
            ELSE ''
        END AS outcomes
    FROM kpi.item_pair
    INNER JOIN core.dim_kpi ON item_pair.kpi_id = dim_kpi.kpi_id
    LEFT JOIN core.dim_question ON dim_kpi.question_id = dim_question.question_id
    WHERE item_pair.state = 'answered'
    UNION ALL
    SELECT
        kpi_id || '/first_tier' AS population,
        response_key,
        concat_ws('|', score_before, score_after) AS content,
        '' AS outcomes
    FROM kpi.item_pair
    WHERE state = 'answered' AND is_first_tier
    UNION ALL
    SELECT
        kpi_id || '/triple' AS population,
        response_key,
        concat_ws('|', score_before, score_after, score_later) AS content,
        '' AS outcomes
    FROM kpi.item_triple
),

chosen AS (
    SELECT
        response_key,
        question_id,
        wave,
        string_agg(option_code, '|' ORDER BY option_code) AS options
    FROM kpi.given_option
    GROUP BY response_key, question_id, wave
),

followed AS (
    SELECT
        follow_up.participant_key AS person_key,
        follow_up.wave,
        follow_up.state,
        follow_up.is_due,
        attended.place
    FROM kpi.follow_up
    INNER JOIN attended
        ON
            follow_up.participant_key = attended.person_key
            AND follow_up.session_code = attended.session_code
),

compared AS (
    SELECT
        'non_response/' || due_answer.kpi_id || '/' || part.name AS population,
        due_answer.participant_key,
        due_answer.session_code,
        concat_ws(
            '|', coalesce(due_answer.score_before, -1), coalesce(due_answer.score_after, -1),
            CASE part.name WHEN 'difference' THEN due_answer.is_responded END
        ) AS content
    FROM kpi.due_answer
    INNER JOIN (VALUES ('responders'), ('non_responders'), ('difference')) AS part (name)
        ON
            part.name = 'difference'
            OR due_answer.is_responded = (part.name = 'responders')
),

recorded AS (
    SELECT
        CASE kind WHEN 'booking' THEN 'booked' ELSE kind END AS population,
        person_key,
        place,
        record_key
    FROM placed
    WHERE kind <> 'attended'
    UNION ALL
    SELECT
        CASE WHEN is_cancelled THEN 'cancelled' ELSE 'no_show' END AS population,
        person_key,
        place,
        record_key
    FROM placed
    WHERE is_cancelled OR is_no_show
),

contribution AS (
    SELECT
        'attended' AS population,
        person_key,
        place,
        '' AS content,
        '' AS outcomes
    FROM attended
    UNION ALL
    SELECT
        population,
        person_key,
        place,
        CAST(count(DISTINCT record_key) AS VARCHAR) AS content,
        '' AS outcomes
    FROM recorded
    GROUP BY population, person_key, place
    UNION ALL
    SELECT
        'answered/' || wave AS population,
        person_key,
        place,
        '' AS content,
        '' AS outcomes
    FROM response
    UNION ALL
    SELECT
        'rate/' || wave.wave AS population,
        attended.person_key,
        attended.place,
        CAST(response.response_key IS NOT NULL AS VARCHAR) AS content,
        CASE WHEN response.response_key IS NOT NULL THEN 'rate' ELSE '' END AS outcomes
    FROM attended
    CROSS JOIN core.dim_wave AS wave
    LEFT JOIN response
        ON
            attended.person_key = response.person_key
            AND attended.session_code = response.session_code
            AND wave.wave = response.wave
    UNION ALL
    SELECT
        scored.population,
        response.person_key,
        response.place,
        scored.content,
        scored.outcomes
    FROM scored
    INNER JOIN response ON scored.response_key = response.response_key
    UNION ALL
    SELECT
        'answer/' || chosen.question_id || '/' || chosen.wave AS population,
        response.person_key,
        response.place,
        chosen.options AS content,
        chosen.options AS outcomes
    FROM chosen
    INNER JOIN response ON chosen.response_key = response.response_key
    UNION ALL
    SELECT
        'state/' || wave || '/' || state AS population,
        person_key,
        place,
        '' AS content,
        '' AS outcomes
    FROM followed
    UNION ALL
    SELECT
        'state/' || wave || '/overdue' AS population,
        person_key,
        place,
        '' AS content,
        '' AS outcomes
    FROM followed
    WHERE state IN ('due', 'lapsed')
    UNION ALL
    SELECT
        'due/' || wave AS population,
        person_key,
        place,
        CAST(state = 'responded_in_window' AS VARCHAR) AS content,
        CASE WHEN state = 'responded_in_window' THEN 'rate' ELSE '' END AS outcomes
    FROM followed
    WHERE is_due
    UNION ALL
    SELECT
        compared.population,
        compared.participant_key AS person_key,
        attended.place,
        compared.content,
        '' AS outcomes
    FROM compared
    INNER JOIN attended
        ON
            compared.participant_key = attended.person_key
            AND compared.session_code = attended.session_code
    UNION ALL
    SELECT
        'links/' || wave AS population,
        coalesce(respondent_key, response_key) AS person_key,
        '' AS place,
        concat_ws('|', link_tier, link_outcome, participant_key IS NULL, count(*)) AS content,
        '' AS outcomes
    FROM core.fact_response
    GROUP BY wave, coalesce(respondent_key, response_key), link_tier, link_outcome, participant_key IS NULL
    UNION ALL
    SELECT
        'theme/' || question_id || '/' || wave AS population,
        respondent_key AS person_key,
        '' AS place,
        string_agg(theme_id, '|' ORDER BY theme_id) AS content,
        string_agg(theme_id, '|' ORDER BY theme_id) AS outcomes
    FROM kpi.comment_theme
    GROUP BY question_id, wave, respondent_key, response_key
)

SELECT DISTINCT
    population,
    CAST('0x' || left(md5(person_key), 15) AS BIGINT) AS person_code,
    CAST('0x' || left(md5(place), 15) AS BIGINT) AS place_code,
    CAST('0x' || left(md5(content), 15) AS BIGINT) AS content_code,
    outcomes
FROM contribution
