-- Grain: one reading of one KPI, of the whole programme.
-- Inputs: booking, attendance, response (floor_conform.sql), and the day as_of
-- The same definitions as in sql/core and sql/kpi, for one programme, one day and no breakdown.
WITH place AS (
    SELECT * FROM booking
    QUALIFY row_number() OVER (PARTITION BY reference ORDER BY delivered_on DESC) = 1
),

-- Several people behind one address: places under several names in one session, or several names that joined.
shared AS (
    SELECT DISTINCT place.email
    FROM place
    LEFT JOIN attendance
        ON
            place.email = attendance.email
            AND place.session_code = attendance.session_code
            AND NOT attendance.is_staff
    WHERE place.status <> 'cancelled' AND place.email IS NOT NULL
    GROUP BY place.email, place.session_code
    HAVING
        count(DISTINCT coalesce(place.full_name, place.reference)) > 1
        OR (count(DISTINCT place.reference) > 1 AND count(DISTINCT attendance.full_name) > 1)
),

-- Who held a place for which session, from which delivery to which.
version AS (
    SELECT
        booking.*,
        first_value(CASE
            WHEN booking.email IS NULL THEN booking.session_code || ' ' || booking.full_name
            WHEN shared.email IS NULL THEN booking.email
            ELSE booking.email || ' ' || coalesce(booking.full_name, booking.reference)
        END) OVER (
            PARTITION BY booking.reference, booking.full_name, booking.session_code
            ORDER BY booking.delivered_on DESC
        ) AS person
    FROM booking
    LEFT JOIN shared ON booking.email = shared.email
),

holder AS (
    SELECT
        reference,
        session_code,
        person,
        max_by(email, delivered_on) AS email,
        max_by(full_name, delivered_on) AS full_name,
        max_by(status, delivered_on) AS status,
        max_by(is_withdrawn, delivered_on) AS is_withdrawn,
        max(delivered_on) AS until_on,
        lag(max(delivered_on)) OVER spells AS changed_after_on,
        lead(min(delivered_on)) OVER spells AS changed_by_on
    FROM version
    GROUP BY reference, session_code, person
    WINDOW spells AS (PARTITION BY reference ORDER BY min(delivered_on))
),

present AS (
    SELECT * FROM holder WHERE changed_by_on IS NULL
),

-- When a session was: as planned where the meeting was open then, else from the first participant on.
planned AS (
    SELECT
        session_code,
        min(starts_at) AS starts_at,
        max(ends_at) AS ends_at
    FROM place
    GROUP BY session_code
),

held AS (
    SELECT
        session_code,
        min(meeting_starts_at) AS starts_at,
        max(meeting_ends_at) AS ends_at,
        min(joined_at) FILTER (WHERE NOT is_staff) AS first_joined_at
    FROM attendance
    GROUP BY session_code
),

session AS (
    SELECT
        session_code,
        CASE
            WHEN planned.starts_at BETWEEN held.starts_at AND held.ends_at THEN planned.starts_at
            ELSE coalesce(held.first_joined_at, planned.starts_at)
        END AS starts_at,
        CASE
            WHEN planned.ends_at BETWEEN held.starts_at AND held.ends_at THEN planned.ends_at
            ELSE coalesce(held.ends_at, planned.ends_at)
        END AS ends_at
    FROM planned
    FULL JOIN held USING (session_code)
),

-- Who joined: by an address of their own, behind a shared one by the name of a place, without any by the name
-- of the one participant who has it in the session.
joined AS (
    SELECT
        attendance.*,
        CASE WHEN shared.email IS NULL THEN attendance.email END AS own
    FROM attendance
    LEFT JOIN shared ON attendance.email = shared.email
    WHERE NOT attendance.is_staff
),

placed AS (
    SELECT DISTINCT
        session_code,
        email,
        full_name,
        person
    FROM present
    WHERE status <> 'cancelled' AND person IS NOT NULL AND full_name IS NOT NULL
),

named AS (
    SELECT
        session_code,
        full_name,
        min(person) AS person
    FROM (
        SELECT session_code, full_name, person FROM placed
        UNION ALL
        SELECT session_code, full_name, own FROM joined WHERE own IS NOT NULL
    )
    GROUP BY session_code, full_name
    HAVING count(DISTINCT person) = 1
),

recognised AS (
    SELECT
        joined.*,
        coalesce(joined.own, placed.person, CASE WHEN joined.email IS NULL THEN named.person END) AS person
    FROM joined
    LEFT JOIN placed
        ON
            joined.session_code = placed.session_code
            AND joined.email = placed.email
            AND joined.full_name = placed.full_name
    LEFT JOIN named
        ON joined.session_code = named.session_code AND joined.full_name = named.full_name
),

-- Minutes inside the session, of which each counts once.
inside AS (
    SELECT
        recognised.session_code,
        recognised.email,
        recognised.person,
        coalesce(recognised.person, recognised.full_name, CAST(recognised.joined_at AS VARCHAR)) AS somebody,
        greatest(recognised.joined_at, session.starts_at) AS from_at,
        least(recognised.left_at, session.ends_at) AS until_at,
        max(until_at) OVER (
            PARTITION BY recognised.session_code, somebody
            ORDER BY from_at, until_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_until
    FROM recognised
    INNER JOIN session ON recognised.session_code = session.session_code
),

was_there AS (
    SELECT
        session_code,
        min(person) AS person,
        sum(greatest(epoch(until_at) - epoch(greatest(from_at, covered_until)), 0)) >= 30 * 60 AS is_attended
    FROM inside
    GROUP BY session_code, somebody
),

address AS (
    SELECT
        person,
        min(email) AS email
    FROM (
        SELECT person, email FROM holder
        UNION ALL
        SELECT person, email FROM inside
        UNION ALL
        SELECT email, email FROM response
    )
    GROUP BY person
),

attended AS (
    SELECT
        was_there.person,
        was_there.session_code,
        address.email,
        session.starts_at
    FROM was_there
    INNER JOIN session ON was_there.session_code = session.session_code
    INNER JOIN address ON was_there.person = address.person
    WHERE was_there.is_attended
),

known AS (
    SELECT email FROM holder
    UNION
    SELECT address.email FROM was_there INNER JOIN address ON was_there.person = address.person
),

-- Whom the booking reference leads to: who held the place when the response was sent.
referenced AS (
    SELECT
        reference,
        count(DISTINCT person) AS holders_n,
        max_by(session_code, until_on) AS present_session_code
    FROM holder
    GROUP BY reference
),

fitting AS (
    SELECT
        response.wave,
        response.response,
        holder.person,
        holder.email,
        holder.session_code
    FROM response
    INNER JOIN holder ON response.reference = holder.reference
    LEFT JOIN session ON holder.session_code = session.session_code
    WHERE
        coalesce(CAST(response.submitted_at AS DATE) >= holder.changed_after_on, TRUE)
        AND coalesce(CAST(response.submitted_at AS DATE) < holder.changed_by_on, TRUE)
    QUALIFY rank() OVER (
        PARTITION BY response.wave, response.response
        ORDER BY
            coalesce(response.email = holder.email, FALSE) DESC,
            response.wave = 'pre' OR coalesce(session.starts_at <= response.submitted_at, FALSE) DESC
    ) = 1
),

by_reference AS (
    SELECT
        wave,
        response,
        min(person) AS person,
        min(email) AS email,
        min(session_code) AS session_code,
        count(DISTINCT concat_ws('|', coalesce(person, email), session_code)) AS readings_n
    FROM fitting
    GROUP BY wave, response
),

-- Whom the address leads to, in the session named, else in the nearest that was attended before or after.
by_time AS (
    SELECT
        response.wave,
        response.response,
        min_by(
            attended.session_code, abs(epoch(attended.starts_at) - epoch(response.submitted_at))
        ) AS session_code
    FROM response
    INNER JOIN attended
        ON
            response.email = attended.email
            AND CASE
                WHEN response.wave = 'pre' THEN response.submitted_at <= attended.starts_at
                ELSE response.submitted_at >= attended.starts_at
            END
    WHERE response.session_code IS NULL
    GROUP BY response.wave, response.response
),

behind_address AS (
    SELECT
        email,
        session_code,
        count(DISTINCT somebody) AS people_n,
        min(person) AS person
    FROM (
        SELECT email, session_code, coalesce(person, reference) AS somebody, person
        FROM present
        WHERE status <> 'cancelled'
        UNION ALL
        SELECT email, session_code, person, person FROM attended
    )
    GROUP BY email, session_code
),

identified AS (
    SELECT
        response.wave,
        response.response,
        response.submitted_at,
        response.link_code,
        response.session_code AS given_session_code,
        response.email AS given_email,
        known.email IS NOT NULL AS is_known,
        referenced.reference IS NOT NULL AS is_booked,
        coalesce(behind_address.people_n > 1, FALSE) AS is_shared,
        by_reference.person IS NOT NULL AS has_place,
        coalesce(
            by_reference.readings_n > 1
            OR (
                by_reference.response IS NOT NULL
                AND response.email <> coalesce(by_reference.email, '')
                AND (known.email IS NOT NULL OR referenced.holders_n > 1)
            )
            OR (
                response.wave = 'pre'
                AND by_reference.session_code <> referenced.present_session_code
                AND attended.person IS NULL
            ),
            FALSE
        ) AS is_ambiguous,
        CASE
            WHEN is_ambiguous THEN NULL
            WHEN has_place THEN by_reference.person
            WHEN behind_address.people_n = 1 THEN behind_address.person
            WHEN
                behind_address.people_n IS NULL AND shared.email IS NULL AND is_known
                AND coalesce(response.session_code, by_time.session_code) IS NOT NULL
                THEN response.email
        END AS respondent,
        CASE
            WHEN respondent IS NULL THEN response.session_code
            WHEN has_place THEN by_reference.session_code
            ELSE coalesce(response.session_code, by_time.session_code)
        END AS session_code
    FROM response
    LEFT JOIN known ON response.email = known.email
    LEFT JOIN referenced ON response.reference = referenced.reference
    LEFT JOIN by_reference ON response.wave = by_reference.wave AND response.response = by_reference.response
    LEFT JOIN attended
        ON by_reference.person = attended.person AND by_reference.session_code = attended.session_code
    LEFT JOIN by_time ON response.wave = by_time.wave AND response.response = by_time.response
    LEFT JOIN shared ON response.email = shared.email
    LEFT JOIN behind_address
        ON
            response.email = behind_address.email
            AND coalesce(response.session_code, by_time.session_code) = behind_address.session_code
),

-- Whom the self-generated code leads to: the one person who gave it in another wave of the session.
coded AS (
    SELECT
        identified.*,
        CASE
            WHEN respondent IS NOT NULL THEN address.email
            WHEN is_shared AND NOT is_ambiguous THEN given_email
        END AS email,
        count(DISTINCT coalesce(respondent, response)) OVER in_wave AS holders_n,
        min(respondent) OVER code AS found
    FROM identified
    LEFT JOIN address ON identified.respondent = address.person
    WHERE
        link_code IS NOT NULL
        AND session_code IS NOT NULL
        AND (respondent IS NOT NULL OR (NOT is_booked AND (is_shared OR NOT is_known)))
    WINDOW
        code AS (PARTITION BY session_code, link_code),
        in_wave AS (PARTITION BY session_code, link_code, wave)
),

answered AS (
    SELECT DISTINCT respondent, session_code, wave FROM identified WHERE respondent IS NOT NULL
),

judged AS (
    SELECT
        coded.* EXCLUDE (respondent),
        CASE
            WHEN coded.respondent IS NOT NULL THEN 'identified'
            WHEN
                max(coded.holders_n) OVER code > 1
                OR count(DISTINCT coded.respondent) OVER code > 1
                OR count(DISTINCT coded.email) OVER code > 1
                OR answered.respondent IS NOT NULL
                THEN 'several'
            WHEN count(DISTINCT coded.wave) OVER code > 1 THEN 'matched'
            ELSE 'alone'
        END AS outcome,
        CASE outcome WHEN 'identified' THEN coded.respondent WHEN 'matched' THEN coded.found END AS respondent
    FROM coded
    LEFT JOIN answered
        ON
            coded.found = answered.respondent
            AND coded.session_code = answered.session_code
            AND coded.wave = answered.wave
    WINDOW code AS (PARTITION BY coded.session_code, coded.link_code)
),

-- Or to the one person whose code there differs by one slip of the pen.
candidate AS (
    SELECT
        sought.wave,
        sought.response,
        sought.session_code,
        coalesce(other.respondent, other.response) AS somebody,
        bool_and(other.respondent IS NOT NULL) AS is_respondent,
        coalesce(bool_or(sought.email <> address.email), FALSE) AS is_contradicted
    FROM judged AS sought
    INNER JOIN judged AS other
        ON
            sought.session_code = other.session_code
            AND sought.given_session_code = other.given_session_code
            AND sought.wave <> other.wave
    LEFT JOIN address ON other.respondent = address.person
    WHERE
        sought.outcome = 'alone'
        AND length(sought.link_code) >= 5
        AND length(other.link_code) >= 5
        AND damerau_levenshtein(sought.link_code, other.link_code) = 1
    GROUP BY ALL
),

taken AS (
    FROM answered
    UNION
    SELECT respondent, session_code, wave FROM judged
),

near AS (
    SELECT
        candidate.wave,
        candidate.response,
        candidate.somebody AS respondent
    FROM candidate
    LEFT JOIN taken
        ON
            candidate.somebody = taken.respondent
            AND candidate.session_code = taken.session_code
            AND candidate.wave = taken.wave
    QUALIFY
        count(*) OVER (PARTITION BY candidate.wave, candidate.response) = 1
        AND count(*) OVER (PARTITION BY candidate.somebody, candidate.session_code, candidate.wave) = 1
        AND candidate.is_respondent AND NOT candidate.is_contradicted AND taken.respondent IS NULL
),

-- The latest response of a person to a session in a wave, if that person attended and answered in time.
valid AS (
    SELECT
        response.*,
        attended.person,
        attended.session_code AS attended_code,
        date_diff('day', attended.starts_at, response.submitted_at) AS days_after
    FROM identified
    LEFT JOIN judged ON identified.wave = judged.wave AND identified.response = judged.response
    LEFT JOIN near ON identified.wave = near.wave AND identified.response = near.response
    INNER JOIN attended
        ON
            coalesce(identified.respondent, judged.respondent, near.respondent) = attended.person
            AND identified.session_code = attended.session_code
    INNER JOIN response ON identified.wave = response.wave AND identified.response = response.response
    WHERE
        CASE
            WHEN response.wave = 'pre' THEN response.submitted_at <= attended.starts_at
            ELSE response.submitted_at >= attended.starts_at
        END
    QUALIFY row_number() OVER (
        PARTITION BY response.wave, attended.person, attended.session_code ORDER BY response.submitted_at DESC
    ) = 1
),

-- Answers to closed questions; what is blank or on no scale counts for nothing.
scale (scale, favourable_from, options) AS (
    VALUES
    ('yes_no', 2, ['No', 'Yes']),
    ('excellence', 4, ['Poor', 'Fair', 'Good', 'Very good', 'Excellent']),
    (
        'agreement',
        4,
        ['Strongly disagree', 'Disagree', 'Neither agree nor disagree', 'Agree', 'Strongly agree']
    ),
    (
        'satisfaction',
        4,
        [
            'Very dissatisfied', 'Dissatisfied', 'Neither satisfied nor dissatisfied', 'Satisfied',
            'Very satisfied'
        ]
    )
),

item (kpi_id, question, scale) AS (
    VALUES
    ('K04', 'overall_experience', 'excellence'),
    ('K05', 'overall_experience', 'excellence'),
    ('K06', 'overall_experience', 'excellence'),
    ('K07', 'recommend', 'yes_no'),
    ('K08', 'materials_clear', 'agreement'),
    ('K09', 'aims_met', 'agreement'),
    ('K10', 'skills_useful', 'satisfaction'),
    ('K11', 'facilitator_expertise', 'satisfaction'),
    ('K12', 'facilitator_communication', 'excellence'),
    ('K16', 'more_confident', 'agreement')
),

share AS (
    SELECT
        item.kpi_id,
        answer.wave,
        avg(CAST(list_position(scale.options, answer.text) >= scale.favourable_from AS INTEGER)) AS value
    FROM (
        UNPIVOT valid ON
            overall_experience, recommend, materials_clear, aims_met, skills_useful, facilitator_expertise,
            facilitator_communication, more_confident
        INTO NAME question VALUE text
    ) AS answer
    INNER JOIN item ON answer.question = item.question
    INNER JOIN scale ON item.scale = scale.scale AND list_contains(scale.options, answer.text)
    WHERE answer.wave = 'post' OR answer.days_after BETWEEN 28 AND 70
    GROUP BY item.kpi_id, answer.wave
),

score AS (
    SELECT
        wave,
        person,
        attended_code,
        question,
        CAST(text AS DOUBLE) AS value
    FROM (UNPIVOT valid ON own_wellbeing, supporting_colleagues, confidence INTO NAME question VALUE text)
    WHERE TRY_CAST(text AS DOUBLE) BETWEEN 0 AND 10
),

pair AS (
    SELECT
        earlier.value AS before,
        later.value AS after
    FROM score AS earlier
    INNER JOIN score AS later
        ON
            earlier.person = later.person
            AND earlier.attended_code = later.attended_code
            AND earlier.question = later.question
    WHERE earlier.wave = 'pre' AND later.wave = 'post'
),

unpaired AS (
    SELECT
        avg(value) FILTER (WHERE wave = 'pre') AS before,
        avg(value) FILTER (WHERE wave = 'post') AS after
    FROM score
    WHERE question = 'confidence'
),

-- An answer six weeks on is due from the target day, unless the person asked not to be written to.
due AS (
    SELECT coalesce(valid.days_after BETWEEN 28 AND 70, FALSE) AS is_in_window
    FROM attended
    LEFT JOIN valid
        ON
            attended.person = valid.person
            AND attended.session_code = valid.attended_code
            AND valid.wave = 'follow_up'
    WHERE
        CAST(attended.starts_at AS DATE) + 42 <= getvariable('as_of')
        AND (
            coalesce(valid.days_after >= 28, FALSE)
            OR attended.person NOT IN (SELECT person FROM present WHERE is_withdrawn AND person IS NOT NULL)
        )
),

reach AS (
    SELECT count(DISTINCT person) AS people_n FROM attended
),

respondents AS (
    SELECT
        wave,
        count(DISTINCT person) AS people_n
    FROM valid
    GROUP BY wave
)

SELECT 'K01' AS kpi_id, 'all' AS wave, 'persons' AS reading, CAST(people_n AS DOUBLE) AS value
FROM reach
UNION ALL
SELECT 'K02', wave, 'persons', people_n
FROM respondents WHERE wave = 'post'
UNION ALL
SELECT 'K03', respondents.wave, 'rate', respondents.people_n / reach.people_n
FROM respondents CROSS JOIN reach WHERE respondents.wave <> 'pre'
UNION ALL
SELECT kpi_id, wave, 'share', value
FROM share
UNION ALL
SELECT 'K13', wave, 'mean', avg(value)
FROM score WHERE question = 'own_wellbeing' GROUP BY wave
UNION ALL
SELECT 'K14', wave, 'mean', avg(value)
FROM score WHERE question = 'supporting_colleagues' GROUP BY wave
UNION ALL
SELECT 'K15', 'post', reading, value
FROM (
    UNPIVOT (
        SELECT
            (sum(after) - sum(before)) / sum(before) AS "E1",
            avg((after - before) / before) FILTER (WHERE before > 0) AS "E2",
            avg(after - before) / 10 AS "E3",
            avg(CAST(after >= 7 AS INTEGER) - CAST(before >= 7 AS INTEGER)) AS "E4",
            avg(CAST(after > before AS INTEGER)) AS "E6_improved",
            avg(CAST(after = before AS INTEGER)) AS "E6_same",
            avg(CAST(after < before AS INTEGER)) AS "E6_worse"
        FROM pair
    ) ON COLUMNS(*) INTO NAME reading VALUE value
)
UNION ALL
SELECT 'K15', 'post', 'E5', (after - before) / before
FROM unpaired
UNION ALL
SELECT 'K17', 'follow_up', 'rate', avg(CAST(is_in_window AS INTEGER))
FROM due
ORDER BY kpi_id, wave DESC, reading
