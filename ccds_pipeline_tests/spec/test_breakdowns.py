"""People, places, months and regions.

The whole counts each person once and each attendance each time. A breakdown counts people once in each of its
parts, so the people of the months can add up to more than the whole; attendances always add up.
"""

from datetime import date

from ccds_pipeline_tests.support.core_content import Attendance, Core
from ccds_pipeline_tests.support.core_tables import kpi_tables
from ccds_pipeline_tests.support.specification import Example, examples

SESSIONS = {"s1": date(2022, 3, 10), "s2": date(2022, 4, 25), "s3": None}
EXAMPLES = (
    Example(
        "Ann attended in March and in April, Bo in March, and Cai a session whose day is not known.",
        {
            "attendances": """
                who | session | held on    | region
                Ann | s1      | 2022-03-10 | Y60
                Ann | s2      | 2022-04-25 | Y60
                Bo  | s1      | 2022-03-10 | Y61
                Cai | s3      |            | Y61
            """
        },
        """
            breakdown | level   | persons_n | attendances_n
            all       | all     | 3         | 4
            month     | 2022-03 | 2         | 2
            month     | 2022-04 | 1         | 1
            month     | unknown | 1         | 1
            region    | Y60     | 1         | 2
            region    | Y61     | 2         | 2
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    rows = example.rows("attendances")
    content = Core(SESSIONS, [Attendance(row["who"], row["session"], row["region"]) for row in rows])
    assert (
        example.shown(kpi_tables(content)["reach_count"].sort_values(["breakdown", "level"]))
        == example.expected
    )
