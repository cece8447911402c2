-- Grain: one part of one population in which anybody came, went or changed since a release.
-- Inputs: ops.contribution, ops.place_level, ops.released_contribution, ops.released_place_level.
-- Parameters: number (of that release).
WITH earlier AS (
    SELECT
        population,
        person_code,
        place_code,
        content_code
    FROM ops.released_contribution
    WHERE since_n <= :number AND coalesce(until_n > :number, TRUE)
),

present AS (
    SELECT
        population,
        person_code,
        place_code,
        content_code
    FROM ops.contribution
),

changed AS (
    (
        SELECT * FROM earlier
        EXCEPT
        SELECT * FROM present
    )
    UNION ALL
    (
        SELECT * FROM present
        EXCEPT
        SELECT * FROM earlier
    )
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
)

SELECT
    changed.population,
    place.breakdown,
    place.level,
    count(DISTINCT changed.person_code) AS changed_n
FROM changed
INNER JOIN place ON changed.place_code = place.place_code
GROUP BY changed.population, place.breakdown, place.level
