-- Grain: one file of the delivery, with how many of its rows had which outcome.
-- Inputs: incoming_record, incoming_winner, incoming_rejected, incoming_excluded.
WITH rejected AS (
    SELECT DISTINCT
        file_number,
        line
    FROM incoming_rejected
),

outcome AS (
    SELECT
        record.file_number,
        CASE WHEN winner.line IS NULL THEN 'duplicate' ELSE 'loaded' END AS name
    FROM incoming_record AS record
    LEFT JOIN incoming_winner AS winner
        ON record.file_number = winner.file_number AND record.line = winner.line
    LEFT JOIN rejected ON record.file_number = rejected.file_number AND record.line = rejected.line
    WHERE rejected.line IS NULL
    UNION ALL
    SELECT
        file_number,
        'excluded' AS name
    FROM incoming_excluded
    UNION ALL
    SELECT
        file_number,
        'rejected' AS name
    FROM rejected
)

SELECT
    file_number,
    count(*) FILTER (WHERE name = 'loaded') AS loaded_n,
    count(*) FILTER (WHERE name = 'duplicate') AS duplicate_n,
    count(*) FILTER (WHERE name = 'excluded') AS excluded_n,
    count(*) FILTER (WHERE name = 'rejected') AS rejected_n
FROM outcome
GROUP BY file_number
