-- Grain: one training session that a current booking or attendance names.
-- Inputs: core.session_evidence, core.dim_programme, core.dim_phase
-- Bookings say when a session was planned, reports when its meeting was open and when participants came. The
-- plan counts where the meeting was open at that time, since meetings open early for those who wait; else the
-- report, from the first participant on: a host who opens the meeting early does not begin the session.
WITH planned AS (
    SELECT
        session_code,
        min(starts_at) AS starts_at,
        max(ends_at) AS ends_at,
        min(delivery_mode) AS delivery_mode
    FROM core.session_evidence
    WHERE kind = 'plan'
    GROUP BY session_code
),

held AS (
    SELECT
        session_code,
        min(starts_at) AS starts_at,
        max(ends_at) AS ends_at,
        min(first_joined_at) AS first_joined_at
    FROM core.session_evidence
    WHERE state = 'held'
    GROUP BY session_code
),

named AS (
    SELECT DISTINCT session_code FROM core.session_evidence
),

session AS (
    SELECT
        named.session_code,
        CASE
            WHEN planned.starts_at BETWEEN held.starts_at AND held.ends_at THEN planned.starts_at
            ELSE coalesce(
                greatest(held.starts_at, CASE WHEN held.starts_at IS NOT NULL THEN held.first_joined_at END),
                planned.starts_at,
                held.first_joined_at
            )
        END AS starts_at,
        CASE
            WHEN planned.ends_at BETWEEN held.starts_at AND held.ends_at THEN planned.ends_at
            ELSE coalesce(held.ends_at, planned.ends_at)
        END AS ends_at,
        planned.delivery_mode
    FROM named
    LEFT JOIN planned ON named.session_code = planned.session_code
    LEFT JOIN held ON named.session_code = held.session_code
),

dated AS (
    SELECT
        session.session_code,
        session.starts_at,
        session.ends_at,
        CAST(session.starts_at AT TIME ZONE 'UTC' AT TIME ZONE programme.timezone AS DATE) AS session_on,
        session.delivery_mode
    FROM session
    CROSS JOIN core.dim_programme AS programme
)

SELECT
    dated.session_code,
    dated.starts_at,
    dated.ends_at,
    dated.session_on,
    coalesce(strftime(dated.session_on, '%Y-%m'), 'unknown') AS month_label,
    coalesce(min(phase.phase_id), 'unknown') AS phase_id,
    coalesce(dated.delivery_mode, 'unknown') AS delivery_mode
FROM dated
LEFT JOIN core.dim_phase AS phase ON dated.session_on BETWEEN phase.starts_on AND phase.ends_on
GROUP BY dated.session_code, dated.starts_at, dated.ends_at, dated.session_on, dated.delivery_mode
