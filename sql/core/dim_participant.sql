-- Grain: one identified participant who booked, attended or answered, and one address that nobody else has.
-- Inputs: core.current_record, core.booking_holder, core.presence, staging.booking, staging.response
-- A person's place is that of their latest booking; of one that was not cancelled where there is one.
WITH person AS (
    SELECT
        participant_key,
        person_key
    FROM core.booking_holder
    UNION
    SELECT
        participant_key,
        person_key
    FROM core.presence
    UNION
    SELECT
        response.person_key AS participant_key,
        response.person_key
    FROM staging.response AS response
    INNER JOIN core.current_record AS record ON response.version_key = record.version_key
),

addressed AS (
    SELECT
        participant_key,
        min(person_key) AS person_key
    FROM person
    WHERE participant_key IS NOT NULL
    GROUP BY participant_key
),

place AS (
    SELECT
        holder.participant_key,
        booking.organisation_code,
        booking.region_code,
        booking.icb_code,
        booking.care_setting,
        booking.staff_group,
        row_number() OVER (
            PARTITION BY holder.participant_key
            ORDER BY
                booking.status = 'cancelled' ASC,
                booking.booked_at DESC NULLS LAST,
                holder.booking_key ASC
        ) AS preference
    FROM core.booking_holder AS holder
    INNER JOIN staging.booking AS booking ON holder.version_key = booking.version_key
    WHERE holder.is_present AND holder.participant_key IS NOT NULL
)

SELECT
    addressed.participant_key,
    addressed.person_key,
    coalesce(place.organisation_code, 'unknown') AS organisation_code,
    coalesce(place.region_code, 'unknown') AS region_code,
    coalesce(place.icb_code, 'unknown') AS icb_code,
    coalesce(place.care_setting, 'unknown') AS care_setting,
    coalesce(place.staff_group, 'unknown') AS staff_group
FROM addressed
LEFT JOIN place ON addressed.participant_key = place.participant_key AND place.preference = 1
