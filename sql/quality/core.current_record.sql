-- Grain: one row of counts over core.current_record.
-- Inputs: core.current_record
SELECT
    (SELECT count(*) FROM core.current_record)
    - (SELECT count(*) FROM (SELECT DISTINCT
        source_id,
        record_key
    FROM core.current_record) AS distinct_key)
        AS repeated_keys_n
