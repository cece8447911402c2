"""The survey weeks later: who is due, and when.

Six weeks after a session (day 42) those who attended are due to answer; answers count from day 28 to day 70.
Who has not answered by then has lapsed. Who asked not to be written to is withdrawn and not due, but an
answer that was given stays.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from ccds_pipeline_tests.support.core_content import Attendance, Booking, Core, Response
from ccds_pipeline_tests.support.core_tables import kpi_tables
from ccds_pipeline_tests.support.specification import Example, Row, examples

HELD = date(2022, 3, 10)
EXAMPLES = (
    Example(
        "Nobody has answered. What counts is the day on which one looks.",
        {
            "people": """
                who | looked at on day
                Ann | 41
                Bo  | 42
                Cai | 70
                Dee | 71
            """
        },
        """
            who | state       | is due
            Ann | not_yet_due | no
            Bo  | due         | yes
            Cai | due         | yes
            Dee | lapsed      | yes
        """,
    ),
    Example(
        "Each answered once; on day 100 the answer is judged by its own day.",
        {
            "people": """
                who | looked at on day | answered on day
                Ann | 100              | 27
                Bo  | 100              | 28
                Cai | 100              | 70
                Dee | 100              | 71
            """
        },
        """
            who | state               | is due
            Ann | lapsed              | yes
            Bo  | responded_in_window | yes
            Cai | responded_in_window | yes
            Dee | responded_late      | yes
        """,
    ),
    Example(
        "Ann and Bo asked not to be written to; Bo had answered before.",
        {
            "people": """
                who | looked at on day | answered on day | withdrew
                Ann | 100              |                 | yes
                Bo  | 100              | 40              | yes
            """
        },
        """
            who | state               | is due
            Ann | withdrawn           | no
            Bo  | responded_in_window | yes
        """,
    ),
)


def followed_up(row: Row) -> Mapping[str, object]:
    """Return the state of one person who attended the session of 10 March."""
    day = row.get("answered on day")
    content = Core(
        sessions={"s1": HELD},
        attendances=[Attendance(row["who"], "s1")],
        bookings=[Booking(row["who"], "s1", is_withdrawn=row.get("withdrew") == "yes")],
        responses=[Response(row["who"], "s1", "later", {}, days_after=int(day))] if day else [],
    )
    as_of = HELD + timedelta(days=int(row["looked at on day"]))
    (found,) = kpi_tables(content, as_of=as_of)["follow_up"].to_dict(orient="records")
    return {"who": row["who"], "state": found["state"], "is due": bool(found["is_due"])}


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    assert example.shown(map(followed_up, example.rows("people"))) == example.expected
