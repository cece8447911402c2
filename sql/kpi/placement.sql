-- Grain: one attendance or booking in one part of one breakdown; with several facilitators, in each one's.
-- Inputs: kpi.place, core.session_facilitator, core.dim_breakdown
SELECT
    kind,
    record_key,
    person_key,
    session_code,
    'all' AS breakdown,
    'all' AS level,
    is_cancelled,
    is_no_show
FROM kpi.place
UNION ALL
SELECT
    place.kind,
    place.record_key,
    place.person_key,
    place.session_code,
    dim_breakdown.breakdown,
    CASE dim_breakdown.breakdown
        WHEN 'phase' THEN place.phase_id
        WHEN 'month' THEN place.month_label
        WHEN 'region' THEN place.region_code
        WHEN 'icb' THEN place.icb_code
        WHEN 'sector' THEN place.sector
        WHEN 'care_setting' THEN place.care_setting
        WHEN 'staff_group' THEN place.staff_group
        WHEN 'delivery_mode' THEN place.delivery_mode
        WHEN 'session' THEN place.session_code
    END AS level,
    place.is_cancelled,
    place.is_no_show
FROM kpi.place
CROSS JOIN core.dim_breakdown
WHERE dim_breakdown.breakdown <> 'facilitator'
UNION ALL
SELECT
    place.kind,
    place.record_key,
    place.person_key,
    place.session_code,
    dim_breakdown.breakdown,
    coalesce(session_facilitator.facilitator_key, 'unknown') AS level,
    place.is_cancelled,
    place.is_no_show
FROM kpi.place
INNER JOIN core.dim_breakdown ON dim_breakdown.breakdown = 'facilitator'
LEFT JOIN core.session_facilitator ON place.session_code = session_facilitator.session_code
