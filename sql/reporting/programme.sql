-- Grain: the programme.
-- Inputs: core.dim_programme; :note is said wherever the data is shown
SELECT
    programme_id,
    name,
    nullif(CAST(:note AS VARCHAR), '') AS note
FROM core.dim_programme
