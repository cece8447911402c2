"""Rejected rows, and what to do about them.

A row is rejected for the first rule that it breaks, with its line, the column and the rule. For every rule
there is a sentence that says what to do. The value itself is not repeated: it may be personal. An answer that
is not understood rejects nothing: it is set aside, and the rest of its response is loaded.
"""

import sqlalchemy as sa

from ccds_pipeline.ingest.remedies import remedy_of
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.named_programme import RESPONSE, deliver
from ccds_pipeline_tests.support.specification import Example, examples

REPLAY = "then `ccds run --replay`."
AFTER_DELIVERY = (
    "It happened after the file was delivered: check the delivery's date, the column, and timestamp_formats."
)
NOT_A_TIME = f"Add the form of that date to the source's timestamp_formats, {REPLAY}"
EXAMPLES = (
    Example(
        "Answers to a survey; the heading of the file is line 1.",
        {
            "rows of the file": """
                id | when             | It was clear | How sure are you?
                1  | 01/02/2022 17:00 | Agree        | 9
                2  | 01/02/2022 17:00 | Agree        | 11
                3  | 04/02/2022 17:00 | Zustimmung   | 9
                4  | 31/02/2022 17:00 | Agree        | 9
            """
        },
        f"""
            line | column       | rule                 | what to do
            4    | submitted_at | after_the_delivery   | {AFTER_DELIVERY}
            5    | submitted_at | not_a_timestamp      | {NOT_A_TIME}
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        deliver(engine, tmp_path, "survey", 1, *(RESPONSE | row for row in example.rows("rows of the file")))
        with engine.connect() as connection:
            found = connection.execute(
                sa.text("SELECT line, column_name AS column, rule FROM ops.rejected_row ORDER BY line")
            ).mappings()
            rejected = [{**row, "what to do": remedy_of(row["rule"])} for row in found]
    assert example.shown(rejected) == example.expected
