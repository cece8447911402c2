-- Grain: one part of one population in which the earlier day differs from the present, or from a release,
-- by fewer people than the rules ask for (the present counts as release 0).
-- Inputs: earlier_contribution, ops.contribution, ops.place_level, ops.released_cell,
-- ops.released_contribution, ops.released_place_level. Parameters: minimum_people.
WITH version AS (
    SELECT DISTINCT release_n FROM ops.released_cell
    UNION ALL
    SELECT 0 AS release_n
),

place AS (
    SELECT
        place_code,
        breakdown,
        level
    FROM ops.place_level
    UNION
    SELECT
        place_code,
        breakdown,
        level
    FROM ops.released_place_level
),

part AS (
    SELECT DISTINCT
        population,
        breakdown,
        level
    FROM earlier_contribution
),

contributed AS (
    SELECT
        0 AS release_n,
        population,
        person_code,
        place_code,
        content_code
    FROM ops.contribution
    UNION ALL
    SELECT
        version.release_n,
        released.population,
        released.person_code,
        released.place_code,
        released.content_code
    FROM ops.released_contribution AS released
    INNER JOIN version
        ON released.since_n <= version.release_n AND coalesce(released.until_n > version.release_n, TRUE)
    WHERE version.release_n > 0
),

known AS (
    SELECT
        contributed.release_n,
        contributed.population,
        part.breakdown,
        part.level,
        contributed.person_code,
        contributed.place_code,
        contributed.content_code
    FROM contributed
    INNER JOIN place ON contributed.place_code = place.place_code
    INNER JOIN part
        ON
            contributed.population = part.population
            AND place.breakdown = part.breakdown
            AND place.level = part.level
),

earlier AS (
    SELECT
        version.release_n,
        earlier_contribution.population,
        earlier_contribution.breakdown,
        earlier_contribution.level,
        earlier_contribution.person_code,
        earlier_contribution.place_code,
        earlier_contribution.content_code
    FROM earlier_contribution
    CROSS JOIN version
),

changed AS (
    (
        SELECT * FROM earlier
        EXCEPT
        SELECT * FROM known
    )
    UNION ALL
    (
        SELECT * FROM known
        EXCEPT
        SELECT * FROM earlier
    )
),

near AS (
    SELECT
        population,
        breakdown,
        level
    FROM changed
    GROUP BY release_n, population, breakdown, level
    HAVING count(DISTINCT person_code) < :minimum_people
)

SELECT DISTINCT
    population,
    breakdown,
    level
FROM near
