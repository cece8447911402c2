-- Notes of which records the delivery brings nothing but rejected rows: they are there, and cannot be read.
-- Inputs: incoming_rejected_record, incoming_record, incoming_winner. Parameters: source_id, delivery_on.
INSERT INTO staging.rejected_record (source_id, delivery_on, record_key, person_key)
WITH rejected AS (
    SELECT
        record_key,
        person_key
    FROM incoming_rejected_record
    UNION
    SELECT
        record_key,
        person_key
    FROM incoming_record
)

SELECT
    :source_id AS source_id,
    CAST(:delivery_on AS DATE) AS delivery_on,
    rejected.record_key,
    rejected.person_key
FROM rejected
LEFT JOIN incoming_winner AS winner ON rejected.record_key = winner.record_key
WHERE winner.record_key IS NULL
