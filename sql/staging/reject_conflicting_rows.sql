-- Rejects every row of a record that one delivery holds with two contents: nobody can say which is right.
-- Inputs: incoming_record.
INSERT INTO incoming_rejected (file_number, line, column_name, rule)
SELECT
    file_number,
    line,
    '' AS column_name,
    'conflicting_rows' AS rule
FROM incoming_record
WHERE record_key IN (
    SELECT repeated.record_key
    FROM incoming_record AS repeated
    GROUP BY repeated.record_key
    HAVING count(DISTINCT repeated.version_key) > 1
)
