"""The wave some weeks later: states on any day, what is sustained, and who did not answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ccds_pipeline_tests.support.core_content import Attendance, Booking, Core, Response
from ccds_pipeline_tests.support.core_tables import kpi_rows, kpi_tables

HELD = date(2022, 3, 10)


def on_day(day: int) -> date:
    return HELD + timedelta(days=day)


def one_person(*responses: Response, is_withdrawn: bool = False) -> Core:
    return Core(
        sessions={"s1": HELD},
        attendances=[Attendance("p", "s1")],
        bookings=[Booking("p", "s1", is_withdrawn=is_withdrawn)],
        responses=responses,
    )


def late_answer(days_after: int) -> Response:
    return Response("p", "s1", "later", {"clear": "agree"}, days_after=days_after)


def state_of(core: Core, day: int) -> tuple[str, bool]:
    (row,) = kpi_tables(core, as_of=on_day(day))["follow_up"].to_dict(orient="records")
    return str(row["state"]), bool(row["is_due"])


@pytest.mark.parametrize(
    ("day", "state", "is_due"),
    [
        (0, "not_yet_due", False),
        (41, "not_yet_due", False),
        (42, "due", True),
        (70, "due", True),
        (71, "lapsed", True),
        (500, "lapsed", True),
    ],
)
def test_who_has_not_answered_is_due_from_the_target_day_and_lapsed_after_the_window(day, state, is_due):
    assert state_of(one_person(), day) == (state, is_due)


@pytest.mark.parametrize(
    ("days_after", "state"),
    [
        (28, "responded_in_window"),
        (70, "responded_in_window"),
        (71, "responded_late"),
        (27, "lapsed"),
        (-1, "lapsed"),
    ],
)
def test_an_answer_counts_by_its_day_and_one_before_the_window_answers_nothing(days_after, state):
    assert state_of(one_person(late_answer(days_after)), 100) == (state, True)


def test_an_answer_in_the_window_and_a_late_one_count_once_in_the_window():
    assert state_of(one_person(late_answer(30), late_answer(80)), 100)[0] == "responded_in_window"


def test_who_asked_not_to_be_written_to_is_withdrawn_and_not_due():
    assert state_of(one_person(is_withdrawn=True), 100) == ("withdrawn", False)


def test_an_answer_that_was_given_stays_when_its_writer_withdraws_later():
    assert state_of(one_person(late_answer(40), is_withdrawn=True), 100) == ("responded_in_window", True)


@pytest.mark.parametrize(("session", "status"), [("s1", "cancelled"), ("s2", "booked"), ("s2", "cancelled")])
def test_who_said_in_any_booking_not_to_be_written_to_is_withdrawn(session, status):
    core = Core(
        sessions={"s1": HELD, "s2": HELD},
        attendances=[Attendance("p", "s1")],
        bookings=[Booking("p", "s1"), Booking("p", session, status=status, is_withdrawn=True)],
    )
    assert state_of(core, 100) == ("withdrawn", False)


def test_the_states_add_up_to_the_attendances_and_overdue_is_due_and_lapsed():
    core = Core(
        sessions={"s1": HELD, "s2": on_day(30)},
        attendances=[Attendance(f"p{n}", session) for n in range(6) for session in ("s1", "s2")],
        responses=[Response("p0", "s1", "later", {}, days_after=50), Response("p1", "s1", "later", {}, 75)],
    )
    counts = kpi_tables(core, as_of=on_day(80))["follow_up_count"].query("breakdown == 'all'")
    places = counts.set_index("state")["places_n"].to_dict()
    assert places == {
        "responded_in_window": 1,
        "responded_late": 1,
        "lapsed": 4,
        "due": 6,
        "not_yet_due": 0,
        "withdrawn": 0,
        "overdue": 10,
    }


def three_waves(
    before: int | None, after: int | None, later: int | None, person: str = "p"
) -> list[Response]:
    given = {"before": (before, -1), "after": (after, 0), "later": (later, 45)}
    return [
        Response(person, "s1", wave, {"sure": score}, days_after=days)
        for wave, (score, days) in given.items()
    ]


def test_a_sustained_change_is_the_mean_difference_of_complete_cases():
    responses = [
        *three_waves(1, 4, 3, "p0"),
        *three_waves(2, 5, 5, "p1"),
        *three_waves(2, None, 5, "p2"),
        *three_waves(None, 3, 1, "p3"),
    ]
    core = Core(
        sessions={"s1": HELD}, attendances=[Attendance(f"p{n}", "s1") for n in range(4)], responses=responses
    )
    rows = kpi_rows(core).query("kpi_id == 'W10' and breakdown == 'all'").set_index("estimand")
    assert rows["value"].to_dict() == {"since_before": 2.5, "since_after": -0.5}
    assert rows["denominator"].tolist() == [2, 2]
    assert rows["is_headline"].to_dict() == {"since_before": True, "since_after": False}


def test_those_due_are_counted_by_what_is_known_of_them():
    core = Core(
        sessions={"s1": HELD},
        attendances=[Attendance(f"p{n}", "s1", region="Y61" if n else "Y60") for n in range(3)],
        responses=[
            Response("p1", "s1", "before", {"sure": 2}, -1),
            Response("p1", "s1", "after", {"sure": 4}),
            Response("p1", "s1", "later", {"clear": "agree"}, 45),
            Response("p2", "s1", "later", {"clear": None}, 45),
        ],
    )
    cells = kpi_tables(core)["non_response_cell"].query("kpi_id == 'W11'")
    cells = cells.sort_values(["region_code", "score_before"])
    counts = cells[["region_code", "due_n", "responded_n", "valid_n", "favourable_n"]].to_numpy().tolist()
    assert counts == [["Y60", 1, 0, 0, 0], ["Y61", 1, 1, 1, 1], ["Y61", 1, 1, 0, 0]]
