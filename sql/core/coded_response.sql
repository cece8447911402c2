-- Grain: one current response with a self-generated code in a session, and whom that code leads to.
-- Inputs: core.response_identity
-- A code leads to the one respondent who gave it in another wave of the session; or, where nobody who is
-- identified did, to an unnamed respondent of several waves. A code that two hold in one wave leads nowhere.
WITH coded AS (
    SELECT
        response_key,
        version_key,
        wave,
        session_code,
        link_code_key,
        is_open,
        respondent_key,
        -- Of a response that only its code could identify, known only where several share its address.
        CASE WHEN NOT is_open OR is_collided THEN address_key END AS address_key
    FROM core.response_identity
    WHERE
        link_code_key IS NOT NULL
        AND session_code IS NOT NULL
        AND (is_open OR link_tier <> 'none')
),

holders_in_wave AS (
    SELECT
        session_code,
        link_code_key,
        wave,
        count(DISTINCT coalesce(respondent_key, response_key)) AS holders_n
    FROM coded
    GROUP BY session_code, link_code_key, wave
),

crowd AS (
    SELECT
        session_code,
        link_code_key,
        max(holders_n) AS holders_n
    FROM holders_in_wave
    GROUP BY session_code, link_code_key
),

code AS (
    SELECT
        session_code,
        link_code_key,
        count(DISTINCT wave) AS waves_n,
        count(DISTINCT respondent_key) AS respondents_n,
        count(DISTINCT address_key) AS addresses_n,
        min(respondent_key) AS respondent_key,
        min(address_key) FILTER (WHERE respondent_key IS NOT NULL) AS address_key
    FROM coded
    GROUP BY session_code, link_code_key
),

answered AS (
    SELECT DISTINCT
        respondent_key,
        session_code,
        wave
    FROM core.response_identity
    WHERE respondent_key IS NOT NULL
),

judged AS (
    SELECT
        coded.*,
        code.respondent_key AS found_key,
        code.address_key AS found_address_key,
        CASE
            WHEN NOT coded.is_open THEN 'identified'
            WHEN crowd.holders_n > 1 THEN 'collided'
            WHEN code.respondents_n > 1 THEN 'ambiguous'
            WHEN code.addresses_n > 1 OR answered.wave IS NOT NULL THEN 'collided'
            WHEN code.waves_n > 1 THEN 'matched'
            ELSE 'alone'
        END AS code_outcome
    FROM coded
    INNER JOIN code
        ON coded.session_code = code.session_code AND coded.link_code_key = code.link_code_key
    INNER JOIN crowd
        ON coded.session_code = crowd.session_code AND coded.link_code_key = crowd.link_code_key
    LEFT JOIN answered
        ON
            code.respondent_key = answered.respondent_key
            AND coded.session_code = answered.session_code
            AND coded.wave = answered.wave
)

SELECT
    response_key,
    version_key,
    wave,
    session_code,
    link_code_key,
    code_outcome,
    CASE WHEN code_outcome = 'matched' THEN found_address_key ELSE address_key END AS address_key,
    CASE WHEN code_outcome = 'matched' THEN found_key WHEN code_outcome = 'identified' THEN respondent_key END
        AS participant_key,
    CASE
        WHEN code_outcome = 'matched' THEN coalesce(found_key, md5(session_code || ' ' || link_code_key))
        ELSE respondent_key
    END AS respondent_key
FROM judged
