-- Grain: one wave and one month of sessions whose answers have been delivered: attendances, and for how many
-- of them there is a valid response.
-- Inputs: core.dim_wave, core.dim_session, core.fact_attendance, core.fact_response, ops.delivery.
-- A wave without a window is given a week; a month counts once each of its sessions is so far back.
WITH asked AS (
    SELECT DISTINCT
        wave,
        source_id
    FROM core.fact_response
),

newest AS (
    SELECT
        source_id,
        max(delivery_on) AS delivery_on
    FROM ops.delivery
    WHERE status = 'loaded'
    GROUP BY source_id
),

delivered AS (
    SELECT
        asked.wave,
        min(newest.delivery_on) AS delivery_on
    FROM asked
    INNER JOIN newest ON asked.source_id = newest.source_id
    GROUP BY asked.wave
),

attended AS (
    SELECT
        session.month_label,
        session.session_on,
        attendance.session_code,
        attendance.participant_key
    FROM core.fact_attendance AS attendance
    INNER JOIN core.dim_session AS session ON attendance.session_code = session.session_code
    WHERE attendance.is_attended AND session.session_on IS NOT NULL
),

answered AS (
    SELECT DISTINCT
        wave,
        session_code,
        participant_key
    FROM core.fact_response
    WHERE state = 'valid'
)

SELECT
    delivered.wave,
    attended.month_label,
    count(answered.wave) AS answered_n,
    count(*) AS attended_n
FROM delivered
INNER JOIN core.dim_wave AS dim_wave ON delivered.wave = dim_wave.wave
CROSS JOIN attended
LEFT JOIN answered
    ON
        delivered.wave = answered.wave
        AND attended.session_code = answered.session_code
        AND attended.participant_key = answered.participant_key
GROUP BY delivered.wave, attended.month_label, delivered.delivery_on, dim_wave.to_day
HAVING max(attended.session_on) + CAST(coalesce(dim_wave.to_day, 7) AS INTEGER) <= delivered.delivery_on
ORDER BY delivered.wave, attended.month_label
