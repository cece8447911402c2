-- Grain: one population in one part, or those of it whom one share counts (outcome; empty for everybody).
-- Inputs: contribution, place_level (of one state of the data), ops.noise_key.
-- A person's key is part of the code that the ledger has; a rotation keeps it as it was.
WITH keyed AS (
    SELECT
        contribution.population,
        contribution.place_code,
        contribution.outcomes,
        sum(coalesce(noise_key.noise_key, contribution.person_code % 4294967296)) AS key_sum
    FROM contribution
    LEFT JOIN ops.noise_key ON contribution.person_code = noise_key.person_code
    GROUP BY contribution.population, contribution.place_code, contribution.outcomes
),

counted AS (
    SELECT
        population,
        place_code,
        '' AS outcome,
        key_sum
    FROM keyed
    UNION ALL
    SELECT
        population,
        place_code,
        unnest(string_split(outcomes, '|')) AS outcome,
        key_sum
    FROM keyed
    WHERE outcomes <> ''
)

SELECT
    counted.population,
    counted.outcome,
    place_level.breakdown,
    place_level.level,
    CAST(sum(counted.key_sum) % 4294967296 AS BIGINT) AS cell_key
FROM counted
INNER JOIN place_level ON counted.place_code = place_level.place_code
GROUP BY counted.population, counted.outcome, place_level.breakdown, place_level.level
