-- Grain: the release.
-- Inputs: kpi.kpi; :release_id, :released_at and :code_version name the release
SELECT
    CAST(:release_id AS VARCHAR) AS release_id,
    CAST(:released_at AS TIMESTAMP) AS released_at,
    max(as_of) AS as_of,
    max(data_version) AS data_version,
    CAST(:code_version AS VARCHAR) AS code_version
FROM kpi.kpi
