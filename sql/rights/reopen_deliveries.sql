-- Marks the deliveries that are to be loaded again, because without a person's rows others of them are read
-- in another way: a row is no longer contradicted, or a second copy is no duplicate any more.
-- Inputs: withdrawn, staging.rejected_record, ops.delivery. Parameters: person.
UPDATE ops.delivery
SET contract_version = ''
WHERE
    (source_id, delivery_on) IN (
        SELECT (rejected.source_id, rejected.delivery_on)
        FROM staging.rejected_record AS rejected
        WHERE
            rejected.person_key = :person
            OR (rejected.source_id, rejected.record_key) IN (
                SELECT (withdrawn.source_id, withdrawn.record_key) FROM withdrawn
            )
    )
    OR (source_id, delivery_on) IN (
        SELECT (delivery.source_id, delivery.delivery_on)
        FROM ops.delivery AS delivery
        INNER JOIN withdrawn
            ON delivery.source_id = withdrawn.source_id AND delivery.delivery_on = withdrawn.delivery_on
        WHERE delivery.duplicate_n > 0
    )
