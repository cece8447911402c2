-- Grain: one time for which one source has a session planned, or one meeting that one source reports.
-- Inputs: core.current_record, core.dim_programme, staging.booking, staging.attendance
-- A meeting is evidence of a session where a participant came, and where it lies around a plan, if the
-- programme says how far around: not where the host alone tested it, or the day before.
WITH planned AS (
    SELECT
        booking.session_code,
        booking.source_id,
        booking.session_starts_at AS starts_at,
        booking.session_ends_at AS ends_at,
        min(booking.delivery_mode) AS delivery_mode,
        count(*) AS records_n
    FROM staging.booking AS booking
    INNER JOIN core.current_record AS record ON booking.version_key = record.version_key
    GROUP BY booking.session_code, booking.source_id, booking.session_starts_at, booking.session_ends_at
),

joined AS (
    SELECT
        attendance.*,
        CAST(
            coalesce(attendance.session_starts_at, attendance.joined_at)
            AT TIME ZONE 'UTC' AT TIME ZONE programme.timezone AS DATE
        ) AS day_on
    FROM staging.attendance AS attendance
    INNER JOIN core.current_record AS record ON attendance.version_key = record.version_key
    CROSS JOIN core.dim_programme AS programme
),

met AS (
    SELECT
        session_code,
        source_id,
        session_starts_at AS starts_at,
        session_ends_at AS ends_at,
        day_on,
        count(*) AS records_n,
        count(*) FILTER (WHERE NOT is_facilitator) AS joins_n,
        min(joined_at) FILTER (WHERE NOT is_facilitator) AS first_joined_at,
        max(left_at) FILTER (WHERE NOT is_facilitator) AS last_left_at
    FROM joined
    GROUP BY session_code, source_id, session_starts_at, session_ends_at, day_on
),

around AS (
    SELECT
        met.session_code,
        met.source_id,
        met.starts_at,
        met.ends_at,
        met.day_on,
        bool_or(
            coalesce(met.ends_at, met.last_left_at)
            >= planned.starts_at - to_hours(programme.hours_around_plan)
            AND coalesce(met.starts_at, met.first_joined_at)
            <= coalesce(planned.ends_at, planned.starts_at) + to_hours(programme.hours_around_plan)
        ) AS is_around_plan
    FROM met
    INNER JOIN planned ON met.session_code = planned.session_code
    CROSS JOIN core.dim_programme AS programme
    GROUP BY met.session_code, met.source_id, met.starts_at, met.ends_at, met.day_on
)

SELECT
    planned.session_code,
    planned.source_id,
    'plan' AS kind,
    planned.starts_at,
    planned.ends_at,
    CAST(planned.starts_at AT TIME ZONE 'UTC' AT TIME ZONE programme.timezone AS DATE) AS day_on,
    planned.delivery_mode,
    planned.records_n,
    CAST(NULL AS TIMESTAMP) AS first_joined_at,
    CAST(NULL AS TIMESTAMP) AS last_left_at,
    'planned' AS state
FROM planned
CROSS JOIN core.dim_programme AS programme
UNION ALL
SELECT
    met.session_code,
    met.source_id,
    'meeting' AS kind,
    met.starts_at,
    met.ends_at,
    met.day_on,
    CAST(NULL AS VARCHAR) AS delivery_mode,
    met.records_n,
    met.first_joined_at,
    met.last_left_at,
    CASE
        WHEN met.joins_n = 0 THEN 'without_participant'
        WHEN NOT around.is_around_plan THEN 'away_from_plan'
        ELSE 'held'
    END AS state
FROM met
LEFT JOIN around
    ON
        met.session_code = around.session_code
        AND met.source_id = around.source_id
        AND met.starts_at IS NOT DISTINCT FROM around.starts_at
        AND met.ends_at IS NOT DISTINCT FROM around.ends_at
        AND met.day_on = around.day_on
