-- Grain: one attendance of one identified participant in one part of one breakdown.
-- Inputs: core.fact_attendance, core.dim_session, core.dim_breakdown
WITH attended AS (
    SELECT
        fact_attendance.participant_key,
        fact_attendance.session_code,
        dim_session.month_label,
        fact_attendance.region_code,
        fact_attendance.care_setting,
        fact_attendance.staff_group,
        count(*) OVER (PARTITION BY fact_attendance.participant_key) = 1 AS is_only
    FROM core.fact_attendance
    INNER JOIN core.dim_session ON fact_attendance.session_code = dim_session.session_code
    WHERE fact_attendance.is_attended AND fact_attendance.participant_key IS NOT NULL
)

SELECT
    participant_key,
    session_code,
    'all' AS breakdown,
    'all' AS level,
    is_only
FROM attended
UNION ALL
SELECT
    attended.participant_key,
    attended.session_code,
    dim_breakdown.breakdown,
    CASE dim_breakdown.breakdown
        WHEN 'month' THEN attended.month_label
        WHEN 'region' THEN attended.region_code
        WHEN 'care_setting' THEN attended.care_setting
        WHEN 'staff_group' THEN attended.staff_group
    END AS level,
    attended.is_only
FROM attended
CROSS JOIN core.dim_breakdown
