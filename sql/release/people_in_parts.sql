-- Grain: one part of one population, with how many different people are in it.
-- Inputs: ops.contribution, ops.place_level. Parameters: populations (a pattern of LIKE).
SELECT
    contribution.population,
    place_level.breakdown,
    place_level.level,
    count(DISTINCT contribution.person_code) AS people_n
FROM ops.contribution
INNER JOIN ops.place_level ON contribution.place_code = place_level.place_code
WHERE contribution.population LIKE :populations
GROUP BY contribution.population, place_level.breakdown, place_level.level
