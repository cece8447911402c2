-- Grain: one row of counts over core.current_record.
-- Inputs: core.current_record, core.dim_source, staging.sighting
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   A record has one current version; with two it would be counted twice in every fact.
-- rule: stored_sources_are_in_the_programme | warning | sources_unknown_n <= 0
--   What came from a source that the programme file no longer has is stored, and in no figure.
SELECT
    (SELECT count(*) FROM core.current_record)
    - (SELECT count(*) FROM (SELECT DISTINCT
        source_id,
        record_key
    FROM core.current_record) AS distinct_key)
        AS repeated_keys_n,
    (
        SELECT count(DISTINCT sighting.source_id)
        FROM staging.sighting AS sighting
        LEFT JOIN core.dim_source ON sighting.source_id = dim_source.source_id
        WHERE dim_source.source_id IS NULL
    ) AS sources_unknown_n
