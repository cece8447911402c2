-- Makes the temporary table of the records that are a person's: by the address that a version carries, by
-- how core links a response or a join, or by a booking reference that no other person's booking carries.
-- Inputs: stored_version, staging.sighting, staging.response, core.dim_participant, core.fact_response,
-- core.presence. Parameters: person.
CREATE OR REPLACE TEMPORARY TABLE held_record AS
WITH own_reference AS (
    SELECT reference_key
    FROM stored_version
    WHERE record <> 'response' AND reference_key IS NOT NULL
    GROUP BY reference_key
    HAVING bool_and(coalesce(person_key, '') = :person)
),

own_participant AS (
    SELECT participant_key
    FROM core.dim_participant
    WHERE person_key = :person
)

SELECT DISTINCT
    sighting.source_id,
    sighting.record_key
FROM staging.sighting AS sighting
INNER JOIN stored_version ON sighting.version_key = stored_version.version_key
WHERE stored_version.person_key = :person
UNION
SELECT
    source_id,
    response_key AS record_key
FROM core.fact_response
WHERE participant_key IN (SELECT own_participant.participant_key FROM own_participant)
UNION
SELECT
    source_id,
    record_key
FROM core.presence
WHERE participant_key IN (SELECT own_participant.participant_key FROM own_participant)
UNION
SELECT
    sighting.source_id,
    sighting.record_key
FROM staging.sighting AS sighting
INNER JOIN staging.response AS response ON sighting.version_key = response.version_key
INNER JOIN own_reference ON response.reference_key = own_reference.reference_key
