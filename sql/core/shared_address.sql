-- Grain: one address behind which several people booked places of their own in one session.
-- Inputs: core.current_record, staging.booking, staging.attendance
-- Places of one name are one person who booked twice, unless several people joined under the address. A
-- place without a name is somebody of their own.
WITH place AS (
    SELECT
        booking.person_key,
        booking.session_code,
        coalesce(booking.reference_key, record.record_key) AS place_key,
        coalesce(booking.full_name_key, booking.reference_key, record.record_key) AS somebody
    FROM staging.booking AS booking
    INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
    WHERE booking.status <> 'cancelled' AND booking.person_key IS NOT NULL
),

joined AS (
    SELECT
        attendance.person_key,
        attendance.session_code,
        count(DISTINCT attendance.full_name_key) AS names_n
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
    WHERE NOT attendance.is_facilitator
    GROUP BY attendance.person_key, attendance.session_code
),

counted AS (
    SELECT
        person_key,
        session_code,
        count(DISTINCT place_key) AS places_n,
        count(DISTINCT somebody) AS people_n
    FROM place
    GROUP BY person_key, session_code
)

SELECT DISTINCT counted.person_key
FROM counted
LEFT JOIN joined
    ON counted.person_key = joined.person_key AND counted.session_code = joined.session_code
WHERE counted.people_n > 1 OR (counted.places_n > 1 AND joined.names_n > 1)
