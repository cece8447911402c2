-- Grain: one row of counts over core.dim_kpi.
-- Inputs: core.dim_kpi, core.dim_question, core.dim_wave
-- rule: questions_exist | critical | question_orphans_n <= 0
--   An indicator of a question that nobody is asked would be empty for ever.
-- rule: waves_exist | critical | wave_orphans_n <= 0
--   An indicator of a wave that does not exist would be empty for ever.
WITH named_question AS (
    SELECT question_id FROM core.dim_kpi
    UNION ALL
    SELECT minus_question_id FROM core.dim_kpi
),

named_wave AS (
    SELECT wave FROM core.dim_kpi
    UNION ALL
    SELECT before_wave FROM core.dim_kpi
)

SELECT
    (
        SELECT count(*)
        FROM named_question
        LEFT JOIN core.dim_question AS question ON named_question.question_id = question.question_id
        WHERE named_question.question_id IS NOT NULL AND question.question_id IS NULL
    ) AS question_orphans_n,
    (
        SELECT count(*)
        FROM named_wave
        LEFT JOIN core.dim_wave AS wave ON named_wave.wave = wave.wave
        WHERE named_wave.wave IS NOT NULL AND wave.wave IS NULL
    ) AS wave_orphans_n
