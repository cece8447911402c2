-- Grain: one part of one breakdown that one place of contributions lies in; every place lies in the whole.
-- Inputs: kpi.place
WITH place AS (
    SELECT DISTINCT
        phase_id,
        month_label,
        region_code,
        icb_code,
        sector,
        care_setting,
        staff_group,
        delivery_mode,
        session_code
    FROM kpi.place
),

coded AS (
    SELECT
        *,
        CAST(
            '0x' || left(
                md5(
                    concat_ws(
                        '|', phase_id, month_label, region_code, icb_code, sector, care_setting, staff_group,
                        delivery_mode, session_code
                    )
                ),
                15
            ) AS BIGINT
        ) AS place_code
    FROM place
),

part AS (
    SELECT
        coded.place_code,
        breakdown.name AS breakdown,
        CASE breakdown.name
            WHEN 'phase' THEN coded.phase_id
            WHEN 'month' THEN coded.month_label
            WHEN 'region' THEN coded.region_code
            WHEN 'icb' THEN coded.icb_code
            WHEN 'sector' THEN coded.sector
            WHEN 'care_setting' THEN coded.care_setting
            WHEN 'staff_group' THEN coded.staff_group
            WHEN 'delivery_mode' THEN coded.delivery_mode
            WHEN 'session' THEN coded.session_code
            ELSE 'all'
        END AS level
    FROM coded
    CROSS JOIN (
        VALUES
        ('all'), ('phase'), ('month'), ('region'), ('icb'), ('sector'), ('care_setting'), ('staff_group'),
        ('delivery_mode'), ('session')
    ) AS breakdown (name)
)

SELECT
    place_code,
    breakdown,
    level
FROM part
UNION ALL
SELECT
    CAST('0x' || left(md5(''), 15) AS BIGINT) AS place_code,
    'all' AS breakdown,
    'all' AS level
