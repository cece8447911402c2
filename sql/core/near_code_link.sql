-- Grain: one response whose code stands alone in its session while others there differ by one slip.
-- Inputs: core.response_identity, core.coded_response, core.dim_programme, staging.link_code_variant
-- The module deidentify/link_code.py says why shared variants at these places mean one slip; they exist only
-- where the response itself names its session. A near code links only where it is the only one for both
-- sides: nobody else in another wave is as near to the response, and no other response of its wave that
-- stands alone is as near to whom it leads to. Of two unnamed ones the code of the wave that comes first by
-- its name stands for both: a new pseudonym key must not make another person of them.
WITH somebody AS (
    SELECT
        *,
        coalesce(respondent_key, response_key) AS somebody_key
    FROM core.coded_response
),

sought AS (
    SELECT
        somebody.response_key,
        somebody.wave,
        somebody.session_code,
        somebody.link_code_key,
        somebody.address_key,
        variant.place,
        variant.variant_key,
        max(variant.place) OVER (PARTITION BY somebody.response_key) AS length_n
    FROM somebody
    INNER JOIN staging.link_code_variant AS variant ON somebody.version_key = variant.version_key
    WHERE somebody.code_outcome = 'alone'
),

near AS (
    SELECT
        sought.response_key,
        sought.wave,
        sought.session_code,
        sought.link_code_key,
        sought.address_key,
        somebody.response_key AS other_response_key
    FROM sought
    CROSS JOIN core.dim_programme AS programme
    INNER JOIN staging.link_code_variant AS variant ON sought.variant_key = variant.variant_key
    INNER JOIN somebody
        ON variant.version_key = somebody.version_key AND sought.session_code = somebody.session_code
    WHERE
        sought.link_code_key <> somebody.link_code_key
        AND sought.wave <> somebody.wave
        AND sought.length_n >= programme.shortest_near_code
    GROUP BY
        sought.response_key, sought.wave, sought.session_code, sought.link_code_key, sought.address_key,
        somebody.response_key
    HAVING
        bool_or(sought.place = variant.place OR sought.place = 0 OR variant.place = 0)
        OR (bool_or(sought.place = variant.place + 1) AND bool_or(sought.place + 1 = variant.place))
),

candidate AS (
    SELECT
        near.response_key,
        near.wave,
        near.session_code,
        other.somebody_key,
        bool_and(other.code_outcome IN ('identified', 'matched')) AS is_respondent,
        bool_and(other.code_outcome = 'alone') AS is_alone,
        min(other.participant_key) AS participant_key,
        bool_or(near.address_key <> other.address_key) AS is_contradicted,
        md5(
            near.session_code || ' ' || CASE
                WHEN near.wave < min(other.wave) THEN min(near.link_code_key)
                ELSE min(other.link_code_key)
            END
        ) AS unnamed_key
    FROM near
    INNER JOIN somebody AS other ON near.other_response_key = other.response_key
    GROUP BY near.response_key, near.wave, near.session_code, other.somebody_key
),

weighed AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY response_key) AS candidates_n,
        count(*) OVER (PARTITION BY somebody_key, session_code, wave) AS rivals_n
    FROM candidate
),

alone AS (
    SELECT
        response_key,
        max(candidates_n) AS candidates_n
    FROM weighed
    GROUP BY response_key
),

taken AS (
    SELECT
        respondent_key,
        session_code,
        wave
    FROM core.response_identity
    WHERE respondent_key IS NOT NULL
    UNION
    SELECT
        respondent_key,
        session_code,
        wave
    FROM core.coded_response
    WHERE respondent_key IS NOT NULL
),

judged AS (
    SELECT
        weighed.*,
        CASE WHEN weighed.is_respondent THEN weighed.somebody_key ELSE weighed.unnamed_key END
            AS somebody_or_unnamed_key,
        CASE
            WHEN weighed.candidates_n > 1 OR weighed.rivals_n > 1 OR alone.candidates_n > 1 THEN 'ambiguous'
            WHEN NOT (weighed.is_respondent OR weighed.is_alone) THEN 'ambiguous'
            WHEN taken.wave IS NOT NULL OR weighed.is_contradicted THEN 'collided'
            ELSE 'matched'
        END AS code_outcome
    FROM weighed
    LEFT JOIN alone ON weighed.somebody_key = alone.response_key
    LEFT JOIN taken
        ON
            weighed.somebody_key = taken.respondent_key
            AND weighed.session_code = taken.session_code
            AND weighed.wave = taken.wave
)

-- Several candidates are ambiguous all of them.
SELECT
    response_key,
    min(code_outcome) AS code_outcome,
    min(participant_key) FILTER (WHERE code_outcome = 'matched' AND is_respondent) AS participant_key,
    min(somebody_or_unnamed_key) FILTER (WHERE code_outcome = 'matched') AS respondent_key
FROM judged
GROUP BY response_key
