-- Grain: one row of counts over core.shared_address.
-- Inputs: core.shared_address, core.booking_holder, core.fact_booking
-- may be empty: Everybody may book with an address of their own.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   An address that stands twice would repeat what is joined by it.
-- rule: few_bookings_share_one | warning | shared_share <= 0.2 | with bookings
--   When many share addresses, most likely the address of the buyer was mapped instead of the attendee's.
WITH shared AS (
    SELECT count(*) AS bookings_n
    FROM core.booking_holder
    INNER JOIN core.shared_address ON booking_holder.person_key = shared_address.person_key
    WHERE booking_holder.is_present
),

booked AS (
    SELECT count(*) AS bookings_n
    FROM core.fact_booking
)

SELECT
    count(shared_address.person_key) - count(DISTINCT shared_address.person_key) AS repeated_keys_n,
    coalesce(max(shared.bookings_n) / nullif(max(booked.bookings_n), 0), 0.0) AS shared_share
FROM shared
CROSS JOIN booked
LEFT JOIN core.shared_address ON TRUE
