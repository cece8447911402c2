-- Makes the temporary table of the codes that are a person's: keys, versions, records, references and keys
-- of core, also of the people behind their address if several share it; without the records that somebody
-- else's sighting carries too.
-- Inputs: withdrawn, withdrawn_reference, core.dim_participant, core.fact_booking, core.fact_attendance,
-- core.fact_response, staging.sighting. Parameters: person.
CREATE OR REPLACE TEMPORARY TABLE held_pseudonym AS
WITH own_participant AS (
    SELECT participant_key
    FROM core.dim_participant
    WHERE person_key = :person
)

SELECT :person AS code
UNION
SELECT participant_key AS code FROM own_participant
UNION
SELECT version_key AS code FROM withdrawn
UNION
SELECT record_key AS code FROM withdrawn
UNION
SELECT reference_key AS code FROM withdrawn_reference
UNION
SELECT booking_key AS code FROM core.fact_booking
WHERE participant_key IN (SELECT own_participant.participant_key FROM own_participant)
UNION
SELECT attendance_key AS code FROM core.fact_attendance
WHERE participant_key IN (SELECT own_participant.participant_key FROM own_participant)
UNION
SELECT response_key AS code FROM core.fact_response
WHERE participant_key IN (SELECT own_participant.participant_key FROM own_participant)
EXCEPT
SELECT record_key AS code
FROM staging.sighting
WHERE version_key NOT IN (SELECT withdrawn.version_key FROM withdrawn)
