-- Grain: one contribution of somebody who has a new code, under that code.
-- Inputs: ops.released_contribution, new_code (before, after).
SELECT
    held.population,
    new_code.after AS person_code,
    held.place_code,
    held.content_code,
    held.since_n,
    held.until_n
FROM ops.released_contribution AS held
INNER JOIN new_code ON held.person_code = new_code.before
