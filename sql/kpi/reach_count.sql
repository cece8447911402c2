-- Grain: one part of one breakdown in which anybody booked or attended, and the whole.
-- Inputs: kpi.placement, kpi.population
WITH placed_count AS (
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
    FROM kpi.placement
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
    FROM placed_count
)

SELECT
    part.breakdown,
    part.level,
    coalesce(attended_count.persons_n, 0) AS persons_n,
    coalesce(attended_count.attendances_n, 0) AS attendances_n,
    coalesce(placed_count.unidentified_attendances_n, 0) AS unidentified_attendances_n,
    coalesce(placed_count.bookings_n, 0) AS bookings_n,
    coalesce(placed_count.booking_people_n, 0) AS booking_people_n,
    coalesce(placed_count.cancellations_n, 0) AS cancellations_n,
    coalesce(placed_count.cancellation_people_n, 0) AS cancellation_people_n,
    coalesce(placed_count.no_shows_n, 0) AS no_shows_n,
    coalesce(placed_count.no_show_people_n, 0) AS no_show_people_n
FROM part
LEFT JOIN placed_count ON part.breakdown = placed_count.breakdown AND part.level = placed_count.level
LEFT JOIN attended_count ON part.breakdown = attended_count.breakdown AND part.level = attended_count.level
