-- Grain: one row of counts over core.booking_holder.
-- Inputs: core.booking_holder, core.dim_participant
-- rule: has_rows | critical | rows_n >= 1 | with bookings
--   The programme has a source of bookings, so none at all means that loading them failed.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A booking whose holder stands twice would give its answers to two people.
-- rule: has_one_present_holder | critical | present_holders_n <= 0
--   Every booking is held by one participant now.
-- rule: participant_exists | critical | participant_orphans_n <= 0
--   Whoever held a place is a participant.
-- rule: few_change_hands | warning | changed_share <= 0.2 | with bookings
--   When many bookings change hands, the key of the source most likely names an order, not a place.
WITH booking AS (
    SELECT
        source_id,
        booking_key,
        count(*) FILTER (WHERE is_present) AS present_n,
        count(*) AS holders_n
    FROM core.booking_holder
    GROUP BY source_id, booking_key
),

counted AS (
    SELECT
        count(*) FILTER (WHERE present_n <> 1) AS present_holders_n,
        coalesce(avg(CASE WHEN holders_n > 1 THEN 1.0 ELSE 0.0 END), 0.0) AS changed_share
    FROM booking
)

SELECT
    count(*) AS rows_n,
    count(*) - count(DISTINCT holder.source_id || ' ' || holder.booking_key || ' ' || holder.holder_order)
        AS repeated_keys_n,
    coalesce(max(counted.present_holders_n), 0) AS present_holders_n,
    count(*) FILTER (WHERE holder.participant_key IS NOT NULL AND participant.participant_key IS NULL)
        AS participant_orphans_n,
    coalesce(max(counted.changed_share), 0.0) AS changed_share
FROM core.booking_holder AS holder
CROSS JOIN counted
LEFT JOIN core.dim_participant AS participant ON holder.participant_key = participant.participant_key
