-- Grain: one attendance of one identified participant and one wave that has a window.
-- Inputs: core.fact_attendance, core.dim_session, core.dim_wave, kpi.valid_response, core.fact_booking
-- The state on the day :as_of. A response before the window opens answers nothing, so it changes no state;
-- who asked not to be written to, in any booking of theirs, is withdrawn, unless they had answered.
WITH basis AS (
    SELECT CAST(:as_of AS DATE) AS as_of
),

windowed AS (
    SELECT
        wave,
        from_day,
        target_day,
        to_day
    FROM core.dim_wave
    WHERE target_day IS NOT NULL
),

answered AS (
    SELECT
        valid_response.participant_key,
        valid_response.session_code,
        valid_response.wave,
        max(
            CASE
                WHEN valid_response.days_after BETWEEN windowed.from_day AND windowed.to_day THEN 1
                ELSE 0
            END
        ) AS in_window,
        max(CASE WHEN valid_response.days_after > windowed.to_day THEN 1 ELSE 0 END) AS late
    FROM kpi.valid_response
    INNER JOIN windowed ON valid_response.wave = windowed.wave
    WHERE valid_response.breakdown = 'all'
    GROUP BY valid_response.participant_key, valid_response.session_code, valid_response.wave
),

withdrawn AS (
    SELECT DISTINCT participant_key
    FROM core.fact_booking
    WHERE is_withdrawn AND participant_key IS NOT NULL
),

expected AS (
    SELECT
        attendance.participant_key,
        attendance.session_code,
        windowed.wave,
        coalesce(dim_session.session_on + CAST(windowed.target_day AS INTEGER) <= basis.as_of, FALSE)
            AS is_target_reached,
        coalesce(dim_session.session_on + CAST(windowed.to_day AS INTEGER) < basis.as_of, FALSE) AS is_closed,
        coalesce(answered.in_window, 0) = 1 AS is_in_window,
        coalesce(answered.late, 0) = 1 AS is_late,
        withdrawn.participant_key IS NOT NULL AS is_withdrawn
    FROM core.fact_attendance AS attendance
    INNER JOIN core.dim_session ON attendance.session_code = dim_session.session_code
    CROSS JOIN windowed
    CROSS JOIN basis
    LEFT JOIN answered
        ON
            attendance.participant_key = answered.participant_key
            AND attendance.session_code = answered.session_code
            AND windowed.wave = answered.wave
    LEFT JOIN withdrawn ON attendance.participant_key = withdrawn.participant_key
    WHERE attendance.is_attended AND attendance.participant_key IS NOT NULL
),

judged AS (
    SELECT
        participant_key,
        session_code,
        wave,
        is_target_reached,
        CASE
            WHEN is_in_window THEN 'responded_in_window'
            WHEN is_late THEN 'responded_late'
            WHEN is_withdrawn THEN 'withdrawn'
            WHEN is_closed THEN 'lapsed'
            WHEN is_target_reached THEN 'due'
            ELSE 'not_yet_due'
        END AS state
    FROM expected
)

SELECT
    participant_key,
    session_code,
    wave,
    state,
    is_target_reached AND state <> 'withdrawn' AS is_due
FROM judged
