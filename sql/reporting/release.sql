-- Grain: the release.
-- Inputs: core.dim_programme; the parameters name the release and what it rests on
SELECT
    CAST(:release_id AS VARCHAR) AS release_id,
    CAST(:released_at AS TIMESTAMP) AS released_at,
    CAST(:as_of AS DATE) AS as_of,
    CAST(:data_version AS VARCHAR) AS data_version,
    CAST(:code_version AS VARCHAR) AS code_version,
    CAST(:tables_version AS VARCHAR) AS tables_version
FROM core.dim_programme
