-- Grain: one state of one wave with a window, in one part of one breakdown; overdue sums up due and lapsed.
-- Inputs: kpi.follow_up, kpi.population, kpi.reach_count, core.dim_wave
WITH state AS (
    SELECT
        known.state,
        known.counted_as
    FROM (
        VALUES
        ('not_yet_due', 'not_yet_due'),
        ('due', 'due'),
        ('responded_in_window', 'responded_in_window'),
        ('responded_late', 'responded_late'),
        ('lapsed', 'lapsed'),
        ('withdrawn', 'withdrawn'),
        ('due', 'overdue'),
        ('lapsed', 'overdue')
    ) AS known (state, counted_as)
),

named AS (
    SELECT DISTINCT counted_as AS state FROM state
),

counted AS (
    SELECT
        follow_up.wave,
        population.breakdown,
        population.level,
        state.counted_as AS state,
        count(*) AS places_n,
        count(DISTINCT follow_up.participant_key) AS people_n
    FROM kpi.follow_up
    INNER JOIN state ON follow_up.state = state.state
    INNER JOIN kpi.population
        ON
            follow_up.participant_key = population.participant_key
            AND follow_up.session_code = population.session_code
    GROUP BY follow_up.wave, population.breakdown, population.level, state.counted_as
)

SELECT
    dim_wave.wave,
    reach_count.breakdown,
    reach_count.level,
    named.state,
    coalesce(counted.places_n, 0) AS places_n,
    coalesce(counted.people_n, 0) AS people_n,
    reach_count.attendances_n
FROM core.dim_wave
CROSS JOIN kpi.reach_count
CROSS JOIN named
LEFT JOIN counted
    ON
        dim_wave.wave = counted.wave
        AND reach_count.breakdown = counted.breakdown
        AND reach_count.level = counted.level
        AND named.state = counted.state
WHERE dim_wave.target_day IS NOT NULL
