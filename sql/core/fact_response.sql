-- Grain: one survey response in its latest version, linked to a person's session where possible.
-- Inputs: core.dim_programme, core.dim_session, core.fact_attendance, core.response_identity,
--         core.coded_response, core.near_code_link
-- Tiers, best first: booking reference, address, code, near code. Of the valid responses of a respondent
-- to a session in a wave the latest counts.
WITH by_code AS (
    SELECT
        coded.response_key,
        CASE
            WHEN coded.code_outcome <> 'alone' THEN coded.code_outcome
            ELSE coalesce(near.code_outcome, 'unmatched')
        END AS link_outcome,
        CASE WHEN coded.code_outcome = 'matched' THEN 'code' ELSE 'near_code' END AS link_tier,
        CASE WHEN coded.code_outcome = 'matched' THEN coded.participant_key ELSE near.participant_key END
            AS participant_key,
        CASE WHEN coded.code_outcome = 'matched' THEN coded.respondent_key ELSE near.respondent_key END
            AS respondent_key
    FROM core.coded_response AS coded
    LEFT JOIN core.near_code_link AS near ON coded.response_key = near.response_key
    WHERE coded.code_outcome <> 'identified'
),

linked AS (
    SELECT
        identity.response_key,
        identity.source_id,
        identity.wave,
        identity.timing,
        CASE
            WHEN by_code.link_outcome = 'matched' THEN by_code.participant_key
            ELSE identity.participant_key
        END AS participant_key,
        CASE
            WHEN by_code.link_outcome = 'matched' THEN by_code.respondent_key
            ELSE identity.respondent_key
        END AS respondent_key,
        CASE
            WHEN identity.link_tier <> 'none' OR by_code.link_outcome = 'matched' THEN identity.session_code
        END AS session_code,
        CASE WHEN by_code.link_outcome = 'matched' THEN by_code.link_tier ELSE identity.link_tier END
            AS link_tier,
        CASE
            WHEN identity.link_tier <> 'none' THEN 'matched'
            WHEN identity.is_ambiguous THEN 'ambiguous'
            WHEN by_code.link_outcome <> 'unmatched' THEN by_code.link_outcome
            WHEN identity.is_collided THEN 'collided'
            ELSE 'unmatched'
        END AS link_outcome,
        identity.submitted_at
    FROM core.response_identity AS identity
    LEFT JOIN by_code ON identity.response_key = by_code.response_key
),

attended AS (
    SELECT
        attendance.participant_key,
        attendance.session_code,
        session.starts_at
    FROM core.fact_attendance AS attendance
    INNER JOIN core.dim_session AS session ON attendance.session_code = session.session_code
    WHERE attendance.is_attended AND attendance.participant_key IS NOT NULL
),

judged AS (
    SELECT
        linked.*,
        session.session_on,
        CASE
            WHEN NOT programme.requires_attendance THEN 'valid'
            WHEN linked.link_tier = 'none' OR linked.participant_key IS NULL THEN 'not_linked'
            WHEN attended.session_code IS NULL THEN 'not_attended'
            WHEN linked.timing = 'before' AND linked.submitted_at > attended.starts_at THEN 'wrong_time'
            WHEN linked.timing = 'after' AND linked.submitted_at < attended.starts_at THEN 'wrong_time'
            ELSE 'valid'
        END AS state,
        programme.timezone
    FROM linked
    CROSS JOIN core.dim_programme AS programme
    LEFT JOIN core.dim_session AS session ON linked.session_code = session.session_code
    LEFT JOIN attended
        ON linked.participant_key = attended.participant_key AND linked.session_code = attended.session_code
),

ranked AS (
    SELECT
        judged.*,
        row_number() OVER (
            PARTITION BY judged.state, judged.wave, judged.respondent_key, judged.session_code
            ORDER BY judged.submitted_at DESC NULLS LAST, judged.response_key ASC
        ) AS recency
    FROM judged
)

SELECT
    response_key,
    source_id,
    wave,
    participant_key,
    respondent_key,
    session_code,
    link_tier,
    link_outcome,
    submitted_at,
    CAST(
        date_diff(
            'day',
            session_on,
            CAST(submitted_at AT TIME ZONE 'UTC' AT TIME ZONE timezone AS DATE)
        ) AS BIGINT
    ) AS days_after,
    CASE
        WHEN state = 'valid' AND recency > 1 AND respondent_key IS NOT NULL AND session_code IS NOT NULL
            THEN 'superseded'
        ELSE state
    END AS state
FROM ranked
