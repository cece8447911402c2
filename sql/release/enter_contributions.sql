-- Enters, with a release, every contribution that counts now and did not until now.
-- Inputs: ops.contribution, ops.released_contribution. Parameters: number (of the release).
INSERT INTO ops.released_contribution (population, person_code, place_code, content_code, since_n, until_n)
SELECT
    population,
    person_code,
    place_code,
    content_code,
    :number AS since_n,
    NULL AS until_n
FROM (
    SELECT
        population,
        person_code,
        place_code,
        content_code
    FROM ops.contribution
    EXCEPT
    SELECT
        population,
        person_code,
        place_code,
        content_code
    FROM ops.released_contribution
    WHERE until_n IS NULL
) AS entered
