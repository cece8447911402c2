-- Grain: one record that is a person's and that one delivery brought; of a booking or presence only in
-- versions with the person's address, or with none: a place that was handed on belongs to the person who has
-- it now.
-- Inputs: delivered_record, held_record, stored_version. Parameters: person.
SELECT *
FROM delivered_record
WHERE
    (source_id, record_key) IN (SELECT (held_record.source_id, held_record.record_key) FROM held_record)
    AND version_key IN (
        SELECT stored_version.version_key
        FROM stored_version
        WHERE
            stored_version.person_key = :person
            OR stored_version.person_key IS NULL
            OR stored_version.record = 'response'
    )
