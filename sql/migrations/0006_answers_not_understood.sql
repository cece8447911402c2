-- To version 6: an answer that is not understood is kept as such; the rest of its response is not lost.
ALTER TABLE staging.answer RENAME TO answer_before;

CREATE TABLE staging.answer (
    version_key VARCHAR NOT NULL,
    question_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    option_code VARCHAR NOT NULL,
    score DOUBLE,
    CONSTRAINT state_is_known CHECK (
        state IN ('answered', 'blank', 'not_applicable', 'not_reached', 'not_understood')
    )
);

INSERT INTO staging.answer (version_key, question_id, state, option_code, score)
SELECT
    version_key,
    question_id,
    state,
    option_code,
    score
FROM staging.answer_before;

DROP TABLE staging.answer_before;
