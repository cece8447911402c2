"""Every row is accounted for.

Of each file, received = loaded + duplicate + excluded + rejected. A row that repeats another of its delivery
is a duplicate; a row that a rule of the programme file leaves out (a test booking) is excluded; a row that
breaks a rule is rejected, and can be corrected and loaded again. Nothing is dropped or guessed.
"""

import pytest

from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.named_programme import BOOKING, deliver
from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "Four bookings; one is there twice, one is a test, and one has no date that can be read.",
        {
            "rows of the file": """
                ref | mail            | when             | state | note
                R1  | ann@example.org | 01/02/2022 09:00 | Paid  |
                R1  | ann@example.org | 01/02/2022 09:00 | Paid  |
                R2  | bo@example.org  | 01/02/2022 10:00 | Paid  | TEST
                R3  | cai@example.org | next Tuesday     | Paid  |
                R4  | dee@example.org | 02/02/2022 11:00 | Off   |
            """
        },
        """
            received | loaded | duplicate | excluded | rejected
            5        | 2      | 1         | 1        | 1
        """,
    ),
    Example(
        "Two rows have the same reference, and say different things: neither is believed.",
        {
            "rows of the file": """
                ref | mail            | when             | state | note
                R1  | ann@example.org | 01/02/2022 09:00 | Paid  |
                R1  | ann@example.org | 01/02/2022 09:00 | Off   |
            """
        },
        """
            received | loaded | duplicate | excluded | rejected
            2        | 0      | 0         | 0        | 2
        """,
    ),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("accounts") / "w.duckdb") as opened:
        yield opened


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, engine, tmp_path):
    rows = [BOOKING | row for row in example.rows("rows of the file")]
    account = deliver(engine, tmp_path, "bookings", EXAMPLES.index(example) + 1, *rows)
    assert account.is_balanced
    assert example.shown([vars(account)]) == example.expected
