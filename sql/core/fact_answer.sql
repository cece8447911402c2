-- Grain: one answer of one current response; a multiple question has one per ticked option.
-- Inputs: core.current_record, core.dim_option, staging.answer
SELECT
    record.record_key AS response_key,
    answer.question_id,
    answer.state,
    answer.option_code,
    choice.option_order,
    answer.score
FROM staging.answer AS answer
INNER JOIN core.current_record AS record ON answer.version_key = record.version_key
LEFT JOIN core.dim_option AS choice
    ON answer.question_id = choice.question_id AND answer.option_code = choice.option_code
