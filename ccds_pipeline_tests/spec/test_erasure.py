"""Erasure of a person.

`ccds erase` deletes the records that a person's address leads to: those with the address, and those that give
the reference of one of their bookings. The receipt counts them by table. The rows stay in the accounts of
their files, as excluded, and a file that is loaded again does not bring the person back.
"""

from ccds_pipeline.rights.erasure import erase
from ccds_pipeline_tests.support.rights_scenario import VERA
from ccds_pipeline_tests.support.specification import Example, examples

COUNTED = {
    "bookings": "SELECT count(*) FROM staging.booking",
    "attendances": "SELECT count(*) FROM staging.attendance",
    "responses": "SELECT count(*) FROM staging.response",
    "excluded rows": "SELECT coalesce(sum(rows_n), 0)::BIGINT FROM ops.excluded WHERE reason = 'erased'",
}
EXAMPLES = (
    Example(
        "Vera booked twice, attended, and answered three times: by her address, by her booking alone, and "
        "from another address. Bo and Ola have records of their own.",
        {"asked": "erase\nno"},
        """
            bookings | attendances | responses | excluded rows
            5        | 3           | 5         | 0
        """,
    ),
    Example(
        "Vera is erased.",
        {"asked": "erase\nyes"},
        """
            bookings | attendances | responses | excluded rows
            3        | 2           | 2         | 7
        """,
    ),
    Example(
        "Vera is erased, and all files are loaded again.",
        {"asked": "erase | load again\nyes | yes"},
        """
            bookings | attendances | responses | excluded rows
            3        | 2           | 2         | 7
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, scenario):
    (asked,) = example.rows("asked")
    if asked["erase"] == "yes":
        erase(
            scenario.settings, scenario.ingest.programme, scenario.ingest.pseudonymiser, VERA, dry_run=False
        )
    if asked.get("load again") == "yes":
        scenario.load()
    counts = [rows[0][0] for rows in scenario.all_rows(COUNTED.values())]
    assert example.shown([dict(zip(COUNTED, counts, strict=True))]) == example.expected
