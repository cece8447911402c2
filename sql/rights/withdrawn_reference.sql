-- Makes the temporary table of the booking references that no version carries but those withdrawn.
-- Inputs: stored_version, withdrawn.
CREATE OR REPLACE TEMPORARY TABLE withdrawn_reference AS
SELECT reference_key
FROM stored_version
WHERE reference_key IS NOT NULL
GROUP BY reference_key
HAVING bool_and(version_key IN (SELECT withdrawn.version_key FROM withdrawn))
