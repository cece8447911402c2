-- Grain: one row of sums over the files of one delivery.
-- Inputs: ops.delivery. Parameters: source_id, delivery_on.
SELECT
    count(*) AS files,
    count(*) FILTER (WHERE status = 'refused') AS refused,
    sum(received_n) AS received,
    sum(loaded_n) AS loaded,
    sum(duplicate_n) AS duplicate,
    sum(excluded_n) AS excluded,
    sum(rejected_n) AS rejected,
    sum(unmapped_columns_n) AS unmapped_columns,
    count(*) FILTER (
        WHERE received_n <> loaded_n + duplicate_n + excluded_n + rejected_n
    ) AS unbalanced_files
FROM ops.delivery
WHERE source_id = :source_id AND delivery_on = :delivery_on
