-- Grain: one time during which one booking was one participant's, for one session.
-- Inputs: core.current_record, core.shared_address, staging.booking, staging.sighting
-- A participant is the address; behind a shared one the name there, else the place; without any address the
-- name in the session. Under the same name a place stays in the same hands, whatever address was corrected.
-- Who held a place is known on the days of deliveries: it changed hands after the last delivery that brought
-- it for one participant, and by the first that brought it for another.
WITH sighting AS (
    SELECT
        source_id,
        record_key,
        version_key,
        delivery_on,
        least(until_on, :as_of) AS until_on
    FROM staging.sighting
    WHERE delivery_on <= :as_of
),

version AS (
    SELECT
        sighting.source_id,
        sighting.record_key,
        sighting.delivery_on,
        sighting.until_on,
        booking.version_key,
        booking.person_key,
        booking.full_name_key,
        booking.reference_key,
        booking.session_code,
        CASE
            WHEN booking.person_key IS NULL THEN md5(booking.session_code || ' ' || booking.full_name_key)
            WHEN shared_address.person_key IS NULL THEN booking.person_key
            ELSE md5(booking.person_key || ' ' || coalesce(booking.full_name_key, record.record_key))
        END AS participant_key
    FROM sighting
    INNER JOIN staging.booking AS booking ON sighting.version_key = booking.version_key
    INNER JOIN core.current_record AS record
        ON sighting.source_id = record.source_id AND sighting.record_key = record.record_key
    LEFT JOIN core.shared_address ON booking.person_key = shared_address.person_key
),

corrected AS (
    SELECT
        * REPLACE (
            CASE
                WHEN full_name_key IS NULL THEN participant_key
                ELSE first_value(participant_key IGNORE NULLS) OVER (
                    PARTITION BY source_id, record_key, full_name_key, session_code
                    ORDER BY delivery_on DESC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                )
            END AS participant_key
        )
    FROM version
),

compared AS (
    SELECT
        *,
        concat_ws('|', session_code, reference_key, coalesce(participant_key, 'nobody')) AS held
    FROM corrected
),

marked AS (
    SELECT
        *,
        coalesce(
            held <> lag(held) OVER (PARTITION BY source_id, record_key ORDER BY delivery_on ASC),
            TRUE
        ) AS is_new
    FROM compared
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_new) OVER (
            PARTITION BY source_id, record_key
            ORDER BY delivery_on ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS holder_order
    FROM marked
),

spell AS (
    SELECT
        source_id,
        record_key AS booking_key,
        CAST(holder_order AS BIGINT) AS holder_order,
        max_by(version_key, delivery_on) AS version_key,
        min(reference_key) AS reference_key,
        min(session_code) AS session_code,
        max_by(person_key, delivery_on) AS person_key,
        max_by(full_name_key, delivery_on) AS full_name_key,
        min(participant_key) AS participant_key,
        min(delivery_on) AS from_on,
        max(until_on) AS until_on
    FROM numbered
    GROUP BY source_id, record_key, holder_order
)

SELECT
    booking_key,
    source_id,
    holder_order,
    version_key,
    reference_key,
    session_code,
    person_key,
    full_name_key,
    participant_key,
    from_on,
    until_on,
    lag(until_on) OVER spells AS changed_after_on,
    lead(from_on) OVER spells AS changed_by_on,
    lead(from_on) OVER spells IS NULL AS is_present
FROM spell
WINDOW spells AS (PARTITION BY source_id, booking_key ORDER BY holder_order ASC)
