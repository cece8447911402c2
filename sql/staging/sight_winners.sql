-- Notes that the delivery shows the version of each record that is to be loaded.
-- Inputs: incoming_winner. Parameters: source_id, delivery_on.
INSERT INTO staging.sighting (source_id, delivery_on, record_key, version_key, file_number, line)
SELECT
    :source_id AS source_id,
    CAST(:delivery_on AS DATE) AS delivery_on,
    record_key,
    version_key,
    file_number,
    line
FROM incoming_winner
