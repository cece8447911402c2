-- Grain: one row of counts over core.dim_participant.
-- Inputs: core.dim_participant, core.dim_organisation
-- rule: has_rows | warning | rows_n >= 1 | with bookings, attendance
--   Where neither bookings nor attendance reports have an address, nobody is a participant.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A participant who stands twice would be counted twice.
-- rule: organisation_exists | critical | organisation_orphans_n <= 0
--   The employer of a participant is one that bookings name, or unknown.
-- rule: regions_are_known | warning | unknown_region_share <= 0.3 | with bookings
--   The breakdown by region tells little when many participants belong to none.
-- rule: staff_groups_are_mapped | warning | unmapped_staff_group_share <= 0.3 | with bookings
--   Many unmapped job titles mean that the table of staff groups is out of date.
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
