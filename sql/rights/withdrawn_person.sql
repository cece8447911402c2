-- Makes the temporary table of the keys of people that no version carries but those withdrawn.
-- Inputs: stored_version, withdrawn.
CREATE OR REPLACE TEMPORARY TABLE withdrawn_person AS
SELECT person_key
FROM stored_version
WHERE person_key IS NOT NULL
GROUP BY person_key
HAVING bool_and(version_key IN (SELECT withdrawn.version_key FROM withdrawn))
