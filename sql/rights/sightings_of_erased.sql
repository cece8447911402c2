-- Grain: one sighting at a line that the warehouse before had no row of, in a file of which it had excluded
-- rows of erased persons.
-- Inputs: staging.sighting, position_before, file_with_erased.
SELECT *
FROM staging.sighting
WHERE
    (source_id, delivery_on, file_number, line) NOT IN (
        SELECT (before.source_id, before.delivery_on, before.file_number, before.line)
        FROM position_before AS before
    )
    AND (source_id, delivery_on, file_number) IN (
        SELECT (file.source_id, file.delivery_on, file.file_number) FROM file_with_erased AS file
    )
