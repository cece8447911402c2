-- Grain: one row of counts over core.fact_booking.
-- Inputs: core.fact_booking, core.dim_participant, core.dim_session, core.dim_organisation
-- rule: has_rows | critical | rows_n >= 1 | with bookings
--   The programme has a source of bookings, so none at all means that loading them failed.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A booking that stands twice would be counted twice.
-- rule: participant_exists | critical | participant_orphans_n <= 0
--   An identified booking belongs to a participant.
-- rule: session_exists | critical | session_orphans_n <= 0
--   A booking without session would be missing from the counts.
-- rule: organisation_exists | critical | organisation_orphans_n <= 0
--   The employer of a booking is in the table of employers.
-- rule: state_is_known | critical | unknown_states_n <= 0
--   A booking is booked, pending or cancelled.
-- rule: no_show_was_booked | critical | unbooked_no_shows_n <= 0
--   Who cancelled or never confirmed is no no-show.
-- rule: most_are_identified | warning | unidentified_share <= 0.2
--   Bookings without e-mail address cannot be linked to attendance or to answers.
-- rule: cancellations_are_usual | warning | cancelled_share <= 0.5
--   When most bookings are cancelled, a status was most likely mapped wrongly.
-- rule: no_shows_are_usual | warning | no_show_share <= 0.6
--   When most people did not come, attendance reports are most likely missing.
-- rule: most_may_be_contacted | warning | withdrawn_share <= 0.5
--   When most refuse the follow-up survey, the answers were most likely mapped the wrong way round.
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
