-- Grain: one row of counts over core.dim_participant.
-- Inputs: core.dim_participant, core.dim_organisation
WITH organisation AS (
    SELECT DISTINCT organisation_code FROM core.dim_organisation
)

SELECT
    count(*) AS rows_n,
    count(*) - count(DISTINCT participant.participant_key) AS repeated_keys_n,
    count(*) FILTER (
        WHERE participant.organisation_code <> 'unknown' AND organisation.organisation_code IS NULL
    ) AS organisation_orphans_n,
    coalesce(avg(CASE WHEN participant.region_code = 'unknown' THEN 1.0 ELSE 0.0 END), 0.0)
        AS unknown_region_share,
    coalesce(avg(CASE WHEN participant.staff_group IN ('other', 'unknown') THEN 1.0 ELSE 0.0 END), 0.0)
        AS unmapped_staff_group_share
FROM core.dim_participant AS participant
LEFT JOIN organisation ON participant.organisation_code = organisation.organisation_code
