-- Adds the variants of link codes of versions that have none yet: a programme may begin to seek near codes
-- after a version was stored; loading it again then adds them.
-- Inputs: incoming_link_code_variant, incoming_winner, staging.link_code_variant.
INSERT INTO staging.link_code_variant (version_key, place, variant_key)
WITH stored AS (
    SELECT DISTINCT version_key FROM staging.link_code_variant
)

SELECT
    incoming.version_key,
    incoming.place,
    incoming.variant_key
FROM incoming_link_code_variant AS incoming
INNER JOIN incoming_winner AS winner
    ON incoming.file_number = winner.file_number AND incoming.line = winner.line
LEFT JOIN stored ON incoming.version_key = stored.version_key
WHERE stored.version_key IS NULL
