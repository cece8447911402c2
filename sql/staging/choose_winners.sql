-- Makes the temporary table of the rows to load: the first that is not rejected of each record.
-- Inputs: incoming_record, incoming_rejected.
CREATE OR REPLACE TEMPORARY TABLE incoming_winner AS
SELECT
    record_key,
    version_key,
    file_number,
    line
FROM incoming_record
WHERE (file_number, line) NOT IN (
    SELECT (rejected.file_number, rejected.line) FROM incoming_rejected AS rejected
)
QUALIFY row_number() OVER (PARTITION BY record_key ORDER BY file_number, line) = 1
