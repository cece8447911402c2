"""What is evidence of a session: a plan, or a participant in a meeting; never the host alone."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline_tests.support.programmes import table_source
from ccds_pipeline_tests.support.scenario import DELIVERED_ON, Scenarios, address, load

TEXT = """
id: sessions
name: Sessions, invented
version: "1"
waves: [{id: after, label: After, timing: after}]
attendance: {minimum_minutes: 30, hours_around_plan: HOURS, facilitator_roles: [Organizer]}
sources:
""" + "".join(
    [
        table_source(
            "bookings",
            "booking",
            "[ref]",
            email="mail",
            name="name",
            reference="ref",
            session_code="session",
            session_starts_at="starts",
            session_ends_at="ends",
            status="status",
        ),
        table_source(
            "attendance",
            "attendance",
            "[mail, name, session, joined]",
            email="mail",
            name="name",
            session_code="session",
            session_starts_at="opened",
            session_ends_at="closed",
            joined_at="joined",
            left_at="left",
            role="role",
        ),
    ]
)
DAY = "2022-03-10"


def at(clock: str, day: str = DAY) -> str:
    """A time of that day."""
    return f"{day} {clock}" if clock else ""


class Room(Scenarios):
    """One session: places that are planned, and meetings that were open."""

    def plan(self, *people: str, starts: str = "10:00", ends: str = "12:00", day: str = DAY) -> None:
        """Book a place for each, for the session at that time."""
        for who in people:
            self.books("S", who, starts=at(starts, day), ends=at(ends, day))

    def meet(
        self, who: str, joined: str, left: str, *, opened: str = "", closed: str = "", day: str = DAY,
        role: str = "Attendee",
    ) -> None:  # fmt: skip
        """Join a meeting; it was open as its report says."""
        meeting = {"opened": at(opened, day), "closed": at(closed, day), "role": role}
        self.joins("S", who, joined=at(joined, day), left=at(left, day), **meeting)

    def host(self, opened: str, closed: str, *, day: str = DAY) -> None:
        """Let the host alone open a meeting."""
        self.meet("host", opened, closed, opened=opened, closed=closed, day=day, role="Organizer")


def core(room: Room, *, hours: str = "null") -> dict[str, pd.DataFrame]:
    """Load a room and return core tables by name."""
    programme = parse_programme(TEXT.replace("HOURS", hours), place="sessions.yaml")
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    load(engine, programme, room)
    refresh_core(engine, programme, Basis(DELIVERED_ON, "sessions"))
    names = ("session_evidence", "dim_session", "fact_booking", "fact_attendance")
    with engine.connect() as connection:
        tables = {name: read_frame(connection, table_of(f"core.{name}")) for name in names}
    engine.dispose()
    return tables


def started(tables: dict[str, pd.DataFrame]) -> str:
    """Return when the session started."""
    return f"{tables['dim_session']['starts_at'].iloc[0]:%Y-%m-%d %H:%M}"


def states(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Return what became of each meeting, in order of time."""
    meetings = tables["session_evidence"].query("kind == 'meeting'")
    return [str(state) for state in meetings.sort_values("starts_at")["state"]]


def test_a_host_who_opens_the_meeting_early_does_not_begin_the_session():
    room = Room()
    room.meet("host", "07:30", "12:00", opened="07:30", closed="12:00", role="Organizer")
    for who, joined in (("ann", "09:55"), ("bob", "10:02")):
        room.meet(who, joined, "12:00", opened="07:30", closed="12:00")
    assert started(core(room)) == "2022-03-10 09:55"


def test_the_plan_counts_where_a_meeting_was_open_then():
    room = Room()
    room.plan("ann")
    room.meet("ann", "09:40", "12:05", opened="07:30", closed="12:05")
    assert started(core(room)) == "2022-03-10 10:00"


def test_a_test_on_the_day_before_makes_no_session_and_no_no_shows():
    room = Room()
    room.plan("ann", "bob")
    room.host("16:00", "16:10", day="2022-03-09")
    tables = core(room)
    assert started(tables) == "2022-03-10 10:00"
    assert states(tables) == ["without_participant"]
    assert not tables["fact_booking"]["is_no_show"].any()


def test_who_does_not_come_to_a_meeting_that_was_held_is_a_no_show():
    room = Room()
    room.plan("ann", "bob")
    room.host("16:00", "16:10", day="2022-03-09")
    room.meet("ann", "10:00", "12:00", opened="09:50", closed="12:05")
    tables = core(room)
    assert states(tables) == ["without_participant", "held"]
    assert tables["fact_booking"]["is_no_show"].sum() == 1


@pytest.mark.parametrize(("hours", "state", "attended_n"), [("12", "away_from_plan", 1), ("null", "held", 2)])
def test_a_meeting_away_from_the_plan_is_no_session_where_the_programme_says_how_far(
    hours, state, attended_n
):
    room = Room()
    room.plan("ann", "bob")
    room.meet("ann", "10:00", "12:00", opened="09:50", closed="12:05")
    room.meet("bob", "10:00", "12:00", opened="09:50", closed="12:05", day="2022-03-17")
    tables = core(room, hours=hours)
    assert states(tables) == ["held", state]
    assert len(tables["fact_attendance"]) == attended_n


def test_a_report_without_the_times_of_its_meeting_dates_a_session_that_nobody_planned():
    room = Room()
    room.meet("ann", "10:03", "12:00")
    room.meet("bob", "10:01", "12:00")
    tables = core(room)
    assert started(tables) == "2022-03-10 10:01"
    assert tables["dim_session"]["session_on"].dt.date.tolist() == [date(2022, 3, 10)]


def test_a_meeting_that_broke_down_and_was_opened_again_is_one_session():
    room = Room()
    room.plan("ann")
    room.meet("ann", "10:00", "10:20", opened="09:55", closed="10:20")
    room.meet("ann", "10:30", "10:50", opened="10:28", closed="10:50")
    assert core(room)["fact_attendance"]["minutes"].tolist() == [40.0]


def test_the_evidence_says_who_planned_what_and_when_the_first_participant_came():
    room = Room()
    room.plan("ann", "bob")
    room.plan("cat", day="2022-03-11")
    room.meet("ann", "10:01", "12:00", opened="09:50", closed="12:05")
    evidence = core(room)["session_evidence"]
    plans = evidence.query("kind == 'plan'").sort_values("day_on")
    assert [(row.source_id, row.records_n) for row in plans.itertuples()] == [
        ("bookings", 2),
        ("bookings", 1),
    ]
    (meeting,) = evidence.query("kind == 'meeting'").itertuples()
    assert (meeting.source_id, f"{meeting.first_joined_at:%H:%M}", meeting.records_n) == (
        "attendance",
        "10:01",
        1,
    )
    assert address("ann") not in evidence.to_csv()
