"""One scenario of the invented programme, small enough to be counted by hand."""

from __future__ import annotations

from datetime import date

from ccds_pipeline_tests.support.core_content import Attendance, Booking, Core, Response

# Ann attended twice, Dan too briefly, Eve answered nothing that counts, somebody cannot be identified.
SCENARIO = Core(
    sessions={"s1": date(2022, 3, 10), "s2": date(2022, 4, 25), "s3": date(2022, 5, 20), "s4": None},
    attendances=[
        Attendance("ann", "s1"),
        Attendance("ann", "s2"),
        Attendance("bob", "s1", region="Y61"),
        Attendance("cat", "s2", region="Y61"),
        Attendance("dan", "s1", is_attended=False),
        Attendance("eve", "s4"),
        Attendance(None, "s1"),
    ],
    bookings=[
        Booking("ann", "s1"),
        Booking("ann", "s2"),
        Booking("bob", "s1", region="Y61"),
        Booking("cat", "s2", region="Y61", status="cancelled"),
        Booking("cat", "s2", region="Y61"),
        Booking("dan", "s1"),
        Booking("fay", "s3", region="Y62", is_no_show=True),
        Booking(None, "s3", region="Y62", status="cancelled"),
    ],
    responses=[
        Response(
            "ann", "s1", "after", {"clear": "agree", "tactics": ["listen", "ask"], "sure": 4, "calm": 2}
        ),
        Response("ann", "s2", "after", {"clear": "partly", "tactics": ["listen"], "sure": 5, "calm": None}),
        Response("bob", "s1", "after", {"clear": None, "tactics": None, "sure": None, "calm": 3}),
        Response("cat", "s2", "after", {"clear": "N/A", "tactics": ["pause", "ask"], "sure": 3, "calm": 3}),
        Response("ann", "s1", "before", {"sure": 2}),
        Response("bob", "s1", "before", {"sure": 3}),
        Response("cat", "s2", "before", {"sure": 1}),
        Response("ann", "s1", "later", {}, days_after=28),
        Response("bob", "s1", "later", {}, days_after=71),
        Response("cat", "s2", "later", {}, days_after=70),
        Response("eve", "s4", "after", {"clear": "agree", "sure": 5}, state="superseded"),
        Response("dan", "s1", "after", {"clear": "agree", "sure": 5}, state="not_attended"),
    ],
)
# Answers about s1 are due on 21 April, those about s2 on 6 June; s4 has no date and they never are.
S1_IS_DUE = date(2022, 4, 21)
BEFORE_S2_IS_DUE, AFTER_S2_IS_DUE = date(2022, 6, 1), date(2022, 7, 1)
