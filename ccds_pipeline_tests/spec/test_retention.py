"""How long records are kept.

The programme file says for how many days after their last delivery comments, records and the accounts of
files are kept. Comments go first, then the records, then the accounts. A record that a later delivery still
has goes with that delivery.
"""

from datetime import date, timedelta

from ccds_pipeline.programme.model import Retention
from ccds_pipeline.rights.retention import apply_retention
from ccds_pipeline_tests.support.specification import Example, examples

FIRST = date(2022, 4, 1)
DAYS = Retention(source="Schedule 3", comments=100, records=200, ledger=300)
EXAMPLES = (
    Example(
        "Comments are kept for 100 days, records for 200, accounts for 300. Twelve rows came on 1 April, and "
        "four bookings again a month later.",
        {
            "days after 1 April": """
                looked at on day
                100
                101
                201
                301
            """
        },
        """
            comments deleted | records deleted | accounts deleted | bookings left | responses left
            0                | 0               | 0                | 5             | 5
            4                | 0               | 0                | 5             | 5
            0                | 12              | 0                | 4             | 0
            0                | 4               | 6                | 0             | 0
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, scenario):
    shown = []
    for row in example.rows("days after 1 April"):
        today = FIRST + timedelta(days=int(row["looked at on day"]))
        deleted = apply_retention(scenario.settings, DAYS, today=today, dry_run=False)
        left = scenario.all_rows(f"SELECT count(*) FROM staging.{table}" for table in ("booking", "response"))
        shown.append(
            {
                "comments deleted": deleted["comments"],
                "records deleted": deleted["records"],
                "accounts deleted": deleted["ledger"],
                "bookings left": left[0][0][0],
                "responses left": left[1][0][0],
            }
        )
    assert example.shown(shown) == example.expected
