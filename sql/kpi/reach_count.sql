-- Grain: one part of one breakdown in which anybody booked or attended, and the whole.
-- Inputs: kpi.population, core.fact_attendance, core.fact_booking, core.dim_session, core.dim_breakdown
WITH place AS (
    SELECT
        'unidentified' AS kind,
        fact_attendance.attendance_key AS person_key,
        dim_session.month_label,
        fact_attendance.region_code,
        fact_attendance.care_setting,
        fact_attendance.staff_group,
        FALSE AS is_cancelled,
        FALSE AS is_no_show
    FROM core.fact_attendance
    INNER JOIN core.dim_session ON fact_attendance.session_code = dim_session.session_code
    WHERE fact_attendance.is_attended AND fact_attendance.participant_key IS NULL
    UNION ALL
    SELECT
        'booking' AS kind,
        coalesce(fact_booking.participant_key, fact_booking.booking_key) AS person_key,
        dim_session.month_label,
        fact_booking.region_code,
        fact_booking.care_setting,
        fact_booking.staff_group,
        fact_booking.status = 'cancelled' AS is_cancelled,
        fact_booking.is_no_show
    FROM core.fact_booking
    INNER JOIN core.dim_session ON fact_booking.session_code = dim_session.session_code
),

placed AS (
    SELECT
        'all' AS breakdown,
        'all' AS level,
        kind,
        person_key,
        is_cancelled,
        is_no_show
    FROM place
    UNION ALL
    SELECT
        dim_breakdown.breakdown,
        CASE dim_breakdown.breakdown
            WHEN 'month' THEN place.month_label
            WHEN 'region' THEN place.region_code
            WHEN 'care_setting' THEN place.care_setting
            WHEN 'staff_group' THEN place.staff_group
        END AS level,
        place.kind,
        place.person_key,
        place.is_cancelled,
        place.is_no_show
    FROM place
    CROSS JOIN core.dim_breakdown
),

place_count AS (
    SELECT
        breakdown,
        level,
        count(*) FILTER (WHERE kind = 'unidentified') AS unidentified_attendances_n,
        count(*) FILTER (WHERE kind = 'booking') AS bookings_n,
        count(DISTINCT person_key) FILTER (WHERE kind = 'booking') AS booking_people_n,
        count(*) FILTER (WHERE is_cancelled) AS cancellations_n,
        count(DISTINCT person_key) FILTER (WHERE is_cancelled) AS cancellation_people_n,
        count(*) FILTER (WHERE is_no_show) AS no_shows_n,
        count(DISTINCT person_key) FILTER (WHERE is_no_show) AS no_show_people_n
    FROM placed
    GROUP BY breakdown, level
),

-- Only the few persons with several sessions need to be told apart; counting distinct keys is dear.
attended_count AS (
    SELECT
        breakdown,
        level,
        count(*) FILTER (WHERE is_only)
        + count(DISTINCT participant_key) FILTER (WHERE NOT is_only) AS persons_n,
        count(*) AS attendances_n
    FROM kpi.population
    GROUP BY breakdown, level
),

part AS (
    SELECT
        'all' AS breakdown,
        'all' AS level
    UNION
    SELECT
        breakdown,
        level
    FROM place_count
    UNION
    SELECT
        breakdown,
        level
    FROM attended_count
)

SELECT
    part.breakdown,
    part.level,
    coalesce(attended_count.persons_n, 0) AS persons_n,
    coalesce(attended_count.attendances_n, 0) AS attendances_n,
    coalesce(place_count.unidentified_attendances_n, 0) AS unidentified_attendances_n,
    coalesce(place_count.bookings_n, 0) AS bookings_n,
    coalesce(place_count.booking_people_n, 0) AS booking_people_n,
    coalesce(place_count.cancellations_n, 0) AS cancellations_n,
    coalesce(place_count.cancellation_people_n, 0) AS cancellation_people_n,
    coalesce(place_count.no_shows_n, 0) AS no_shows_n,
    coalesce(place_count.no_show_people_n, 0) AS no_show_people_n
FROM part
LEFT JOIN place_count ON part.breakdown = place_count.breakdown AND part.level = place_count.level
LEFT JOIN attended_count ON part.breakdown = attended_count.breakdown AND part.level = attended_count.level
