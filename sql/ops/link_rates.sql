-- Grain: one delivery of a source of responses: of those that it brought first and that count as of now, how
-- many are linked to a person's session.
-- Inputs: core.fact_response, staging.sighting.
WITH first_sighting AS (
    SELECT
        source_id,
        record_key,
        min(delivery_on) AS delivery_on
    FROM staging.sighting
    GROUP BY source_id, record_key
)

SELECT
    response.source_id,
    first_sighting.delivery_on,
    count(*) FILTER (WHERE response.link_outcome = 'matched') AS linked_n,
    count(*) AS responses_n
FROM core.fact_response AS response
INNER JOIN first_sighting
    ON response.source_id = first_sighting.source_id AND response.response_key = first_sighting.record_key
GROUP BY response.source_id, first_sighting.delivery_on
ORDER BY response.source_id, first_sighting.delivery_on
