-- Keeps which parts each place lies in, for the places that no earlier release had.
-- Inputs: ops.place_level, ops.released_place_level.
INSERT INTO ops.released_place_level (place_code, breakdown, level)
SELECT
    place_code,
    breakdown,
    level
FROM ops.place_level
EXCEPT
SELECT
    place_code,
    breakdown,
    level
FROM ops.released_place_level
