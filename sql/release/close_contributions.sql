-- Ends, with a release, every contribution that counted until now and counts no more.
-- Inputs: ops.contribution. Parameters: number (of the release).
UPDATE ops.released_contribution SET until_n = :number
WHERE
    until_n IS NULL
    AND (population, person_code, place_code, content_code) NOT IN (
        SELECT (population, person_code, place_code, content_code) FROM ops.contribution
    )
