"""Deliveries that come again.

A delivery is known by its source and its day. Delivered again under the same day it takes the place of the
earlier one; under a later day it adds what is new, and for each record the newest version counts. A later
export that no longer has a record takes nothing away, unless its source is declared complete.
"""

from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, first_answer
from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "The file of 1 April is delivered again, with one row less and one corrected.",
        {
            "deliveries": """
                delivered | day        | who | sure
                first     | 2022-04-01 | ann | 3
                first     | 2022-04-01 | bo  | 5
                again     | 2022-04-01 | ann | 4
            """
        },
        """
            who | sure
            ann | 4
        """,
    ),
    Example(
        "The export of May has a correction and somebody new, and no longer has Bo.",
        {
            "deliveries": """
                delivered | day        | who | sure
                april     | 2022-04-01 | ann | 3
                april     | 2022-04-01 | bo  | 5
                may       | 2022-05-01 | ann | 4
                may       | 2022-05-01 | cai | 7
            """
        },
        """
            who | sure
            ann | 4
            bo  | 5
            cai | 7
        """,
    ),
    Example(
        "The export of April arrives after that of May: the newest day counts, whatever came first.",
        {
            "deliveries": """
                delivered | day        | who | sure
                may       | 2022-05-01 | ann | 4
                april     | 2022-04-01 | ann | 3
            """
        },
        """
            who | sure
            ann | 4
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, tmp_path):
    warehouse = Loaded(tmp_path)
    rows = example.rows("deliveries")
    for delivered in dict.fromkeys(row["delivered"] for row in rows):
        those = [row for row in rows if row["delivered"] == delivered]
        day = those[0]["day"]
        warehouse.deliver(
            "first", day, HEADERS["first"], [first_answer(row["who"], row["sure"]) for row in those]
        )
        warehouse.load("first", day)
    assert example.shown(warehouse.current_scores({row["who"] for row in rows})) == example.expected
