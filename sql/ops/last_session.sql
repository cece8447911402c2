-- Grain: one row, with the day of the last session before a day that has a booking that is not cancelled, or
-- an attendance; empty where there is none.
-- Inputs: staging.sighting, staging.booking, staging.attendance. Parameters: before_on, timezone.
-- It rests on staging, so that it can be asked although core was never built.
WITH newest AS (
    SELECT max_by(version_key, until_on) AS version_key
    FROM staging.sighting
    GROUP BY source_id, record_key
),

held AS (
    SELECT booking.session_starts_at AS starts_at
    FROM staging.booking AS booking
    INNER JOIN newest ON booking.version_key = newest.version_key
    WHERE booking.status <> 'cancelled'
    UNION ALL
    SELECT coalesce(attendance.session_starts_at, attendance.joined_at) AS starts_at
    FROM staging.attendance AS attendance
    INNER JOIN newest ON attendance.version_key = newest.version_key
),

dated AS (
    SELECT CAST(starts_at AT TIME ZONE 'UTC' AT TIME ZONE :timezone AS DATE) AS session_on
    FROM held
)

SELECT max(session_on) AS session_on
FROM dated
WHERE session_on < CAST(:before_on AS DATE)
