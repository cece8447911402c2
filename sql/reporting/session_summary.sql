-- Grain: one part of a breakdown by time or mode, and the whole.
-- Inputs: core.dim_session, core.session_evidence, core.dim_breakdown
-- A session counts where a report shows that it was held. Sessions go to the nearest five, as every count
-- that is not of people does; one to seven are given as five.
WITH held AS (
    SELECT
        session.session_on,
        session.month_label,
        session.phase_id,
        session.delivery_mode,
        upper(session.delivery_mode[1]) || replace(substr(session.delivery_mode, 2), '_', ' ') AS mode_label
    FROM core.dim_session AS session
    WHERE
        session.session_on <= :as_of
        AND EXISTS (
            SELECT 1 FROM core.session_evidence AS evidence
            WHERE evidence.session_code = session.session_code AND evidence.state = 'held'
        )
),

part AS (
    SELECT
        'all' AS breakdown,
        'all' AS level,
        held.*
    FROM held
    UNION ALL
    SELECT
        dim_breakdown.breakdown,
        CASE dim_breakdown.breakdown
            WHEN 'month' THEN held.month_label
            WHEN 'phase' THEN held.phase_id
            ELSE held.delivery_mode
        END AS level,
        held.*
    FROM held
    CROSS JOIN core.dim_breakdown
    WHERE dim_breakdown.is_released AND dim_breakdown.breakdown IN ('month', 'phase', 'delivery_mode')
)

SELECT
    breakdown,
    level,
    CAST(greatest(round(count(*) / 5.0) * 5, 5) AS BIGINT) AS sessions_n,
    min(session_on) AS first_session_on,
    max(session_on) AS last_session_on,
    string_agg(DISTINCT mode_label, ', ' ORDER BY mode_label) AS delivery_modes
FROM part
GROUP BY breakdown, level
