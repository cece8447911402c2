-- Grain: one person in one part of one population.
-- Inputs: ops.contribution, ops.place_level. Parameters: population.
SELECT DISTINCT
    place_level.breakdown,
    place_level.level,
    contribution.person_code AS person
FROM ops.contribution
INNER JOIN ops.place_level ON contribution.place_code = place_level.place_code
WHERE contribution.population = :population
