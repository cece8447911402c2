-- Deletes the records of rejected rows that the warehouse before has none of: of erased persons, but without
-- their address.
-- Inputs: rejected_before.
DELETE FROM staging.rejected_record
WHERE (source_id, delivery_on, record_key) NOT IN (
    SELECT (before.source_id, before.delivery_on, before.record_key)
    FROM rejected_before AS before
)
