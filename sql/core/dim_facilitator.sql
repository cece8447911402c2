-- Grain: one facilitator who was present in a session.
-- Inputs: core.current_record, staging.attendance
SELECT
    attendance.person_key AS facilitator_key,
    count(DISTINCT attendance.session_code) AS session_n
FROM staging.attendance AS attendance
INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
WHERE attendance.is_facilitator AND attendance.person_key IS NOT NULL
GROUP BY attendance.person_key
