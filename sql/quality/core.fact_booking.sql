-- Grain: one row of counts over core.fact_booking.
-- Inputs: core.fact_booking, core.dim_participant, core.dim_session, core.dim_organisation
WITH participant AS (
    SELECT DISTINCT participant_key FROM core.dim_participant
),

session AS (
    SELECT DISTINCT session_code FROM core.dim_session
),

organisation AS (
    SELECT DISTINCT organisation_code FROM core.dim_organisation
)

SELECT
    count(*) AS rows_n,
    count(*) - count(DISTINCT booking.booking_key) AS repeated_keys_n,
    count(*) FILTER (WHERE booking.participant_key IS NOT NULL AND participant.participant_key IS NULL)
        AS participant_orphans_n,
    count(*) FILTER (WHERE session.session_code IS NULL) AS session_orphans_n,
    count(*) FILTER (WHERE organisation.organisation_code IS NULL) AS organisation_orphans_n,
    count(*) FILTER (WHERE booking.status NOT IN ('booked', 'pending', 'cancelled')) AS unknown_states_n,
    count(*) FILTER (WHERE booking.is_no_show AND booking.status <> 'booked') AS unbooked_no_shows_n,
    coalesce(avg(CASE WHEN booking.participant_key IS NULL THEN 1.0 ELSE 0.0 END), 0.0) AS unidentified_share,
    coalesce(avg(CASE WHEN booking.status = 'cancelled' THEN 1.0 ELSE 0.0 END), 0.0) AS cancelled_share,
    coalesce(avg(CASE WHEN booking.is_withdrawn THEN 1.0 ELSE 0.0 END), 0.0) AS withdrawn_share,
    coalesce(avg(CASE WHEN booking.is_no_show THEN 1.0 ELSE 0.0 END), 0.0) AS no_show_share
FROM core.fact_booking AS booking
LEFT JOIN participant ON booking.participant_key = participant.participant_key
LEFT JOIN session ON booking.session_code = session.session_code
LEFT JOIN organisation ON booking.organisation_code = organisation.organisation_code
