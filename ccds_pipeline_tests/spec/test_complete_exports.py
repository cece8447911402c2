"""Exports that are complete.

A source of which every export holds all records says so in the programme file: `complete: true`. What its
newest export no longer has is withdrawn: no figure counts it from that day on. As of an earlier day it is
there as it was then, and it is there again when a later export has it. A row that is rejected shows that its
record exists: it keeps the version that it had. An export with a file that could not be read withdraws
nothing. Nor does a source that does not say whether its exports are complete: that its newest one lacks
records and repeats at least half of them is a warning.
"""

from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT, first_answer
from ccds_pipeline_tests.support.specification import Example, examples

COMPLETE = PROGRAMME_TEXT.replace("  - id: first\n", "  - id: first\n    complete: true\n")
EXAMPLES = (
    Example(
        "The export of the second day no longer has Bo, and that of the third has Bo again.",
        {
            "exports": """
                day        | who | sure
                2022-04-01 | ann | 3
                2022-04-01 | bo  | 5
                2022-04-02 | ann | 4
                2022-04-03 | ann | 4
                2022-04-03 | bo  | 6
            """
        },
        """
            day        | withdrawn | as of that day
            2022-04-01 | 0         | ann 3, bo 5
            2022-04-02 | 1         | ann 4
            2022-04-03 | 0         | ann 4, bo 6
        """,
    ),
    Example(
        "On the second day Bo's answer is 50, on a scale to 10: it is not understood, and Bo is still there.",
        {
            "exports": """
                day        | who | sure
                2022-04-01 | ann | 3
                2022-04-01 | bo  | 5
                2022-04-02 | ann | 4
                2022-04-02 | bo  | 50
            """
        },
        """
            day        | withdrawn | as of that day
            2022-04-01 | 0         | ann 3, bo 5
            2022-04-02 | 0         | ann 4, bo -
        """,
    ),
    Example(
        "One file of the second day cannot be read, so nobody can say who is gone. On the third day Bo is.",
        {
            "exports": """
                day        | who | sure
                2022-04-01 | ann | 3
                2022-04-01 | bo  | 5
                2022-04-02 | ann | 4
                2022-04-03 | ann | 4
            """,
            "files that cannot be read": """
                day
                2022-04-02
            """,
        },
        """
            day        | withdrawn | as of that day
            2022-04-01 | 0         | ann 3, bo 5
            2022-04-02 | 0         | ann 4, bo 5
            2022-04-03 | 1         | ann 4
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, tmp_path):
    warehouse, rows = Loaded(tmp_path), example.rows("exports")
    people, days = {row["who"] for row in rows}, list(dict.fromkeys(row["day"] for row in rows))
    withdrawn = {}
    for day in days:
        answers = [first_answer(row["who"], row["sure"]) for row in rows if row["day"] == day]
        warehouse.deliver("first", day, HEADERS["first"], answers)
        if {"day": day} in example.rows("files that cannot be read"):
            warehouse.deliver("first", day, "no,such,header", [], file=2)
        withdrawn[day] = warehouse.load("first", day, programme=COMPLETE).withdrawn
    shown = [
        {
            "day": day,
            "withdrawn": withdrawn[day],
            "as of that day": ", ".join(
                f"{row['who']} {'-' if row['sure'] is None else format(row['sure'], 'g')}"
                for row in warehouse.current_scores(people, programme=COMPLETE, as_of=day)
            ),
        }
        for day in days
    ]
    assert example.shown(shown) == example.expected
