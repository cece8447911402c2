-- Grain: one facilitator in one session.
-- Inputs: core.current_record, staging.attendance
SELECT DISTINCT
    attendance.session_code,
    attendance.person_key AS facilitator_key
FROM staging.attendance AS attendance
INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
WHERE attendance.is_facilitator AND attendance.person_key IS NOT NULL
