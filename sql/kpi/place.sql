-- Grain: one attendance or booking, with where it belongs in every breakdown that has one level each.
-- Inputs: core.fact_attendance, core.fact_booking, core.dim_session, core.dim_care_setting, core.dim_icb
-- Boards are joined by the day of the session: one that no longer existed then is not known any more.
WITH happening AS (
    SELECT
        CASE WHEN participant_key IS NULL THEN 'unidentified' ELSE 'attended' END AS kind,
        attendance_key AS record_key,
        coalesce(participant_key, attendance_key) AS person_key,
        session_code,
        region_code,
        icb_code,
        care_setting,
        staff_group,
        FALSE AS is_cancelled,
        FALSE AS is_no_show
    FROM core.fact_attendance
    WHERE is_attended
    UNION ALL
    SELECT
        'booking' AS kind,
        booking_key AS record_key,
        coalesce(participant_key, booking_key) AS person_key,
        session_code,
        region_code,
        icb_code,
        care_setting,
        staff_group,
        status = 'cancelled' AS is_cancelled,
        is_no_show
    FROM core.fact_booking
)

SELECT
    happening.kind,
    happening.record_key,
    happening.person_key,
    happening.session_code,
    dim_session.phase_id,
    dim_session.month_label,
    happening.region_code,
    CASE
        WHEN dim_session.session_on > dim_icb.valid_to THEN 'unknown'
        ELSE happening.icb_code
    END AS icb_code,
    coalesce(dim_care_setting.sector, 'unknown') AS sector,
    happening.care_setting,
    happening.staff_group,
    dim_session.delivery_mode,
    happening.is_cancelled,
    happening.is_no_show
FROM happening
INNER JOIN core.dim_session ON happening.session_code = dim_session.session_code
LEFT JOIN core.dim_care_setting ON happening.care_setting = dim_care_setting.care_setting
LEFT JOIN core.dim_icb ON happening.icb_code = dim_icb.icb_code
