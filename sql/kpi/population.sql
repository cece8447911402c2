-- Grain: one attendance of one identified participant in one part of one breakdown.
-- Inputs: kpi.place, kpi.placement
WITH person AS (
    SELECT
        person_key,
        count(*) = 1 AS is_only
    FROM kpi.place
    WHERE kind = 'attended'
    GROUP BY person_key
)

SELECT
    placement.person_key AS participant_key,
    placement.session_code,
    placement.breakdown,
    placement.level,
    person.is_only
FROM kpi.placement
INNER JOIN person ON placement.person_key = person.person_key
WHERE placement.kind = 'attended'
