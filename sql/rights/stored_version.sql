-- Makes the temporary view of every stored version of every record, one row each.
-- Inputs: staging.booking, staging.attendance, staging.response.
CREATE OR REPLACE TEMPORARY VIEW stored_version AS
SELECT
    version_key,
    source_id,
    person_key,
    reference_key,
    full_name_key,
    'booking' AS record
FROM staging.booking
UNION ALL
SELECT
    version_key,
    source_id,
    person_key,
    reference_key,
    full_name_key,
    'attendance' AS record
FROM staging.attendance
UNION ALL
SELECT
    version_key,
    source_id,
    person_key,
    reference_key,
    CAST(NULL AS VARCHAR) AS full_name_key,
    'response' AS record
FROM staging.response
