-- Grain: one row of counts over core.current_record.
-- Inputs: core.current_record
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A record has one current version; with two it would be counted twice in every fact.
SELECT
    (SELECT count(*) FROM core.current_record)
    - (SELECT count(*) FROM (SELECT DISTINCT
        source_id,
        record_key
    FROM core.current_record) AS distinct_key)
        AS repeated_keys_n
