"""Minutes of presence: the union of the intervals inside the session, person by person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.programmes import table_source

PROGRAMME_TEXT = """
id: presence
name: Presence, invented
version: "1"
attendance: {minimum_minutes: 30}
waves: [{id: after, label: After, timing: after}]
sources:
""" + "".join(
    [
        table_source(
            "places",
            "booking",
            "[mail, session]",
            email="mail",
            session_code="session",
            session_starts_at="starts",
            session_ends_at="ends",
            status="{default: booked}",
        ),
        table_source(
            "joins",
            "attendance",
            "[mail, session, joined, device]",
            email="mail",
            session_code="session",
            session_starts_at="opened",
            session_ends_at="closed",
            joined_at="joined",
            left_at="left",
        ),
    ]
)
PLAN = "ann@example.org,S-1,2022-03-10 10:00,2022-03-10 12:00"
Minutes = Callable[..., dict[str, tuple[float, bool]]]


@pytest.fixture
def minutes(tmp_path: Path) -> Minutes:
    """Load joins (person, from, to: times of one day) and return the minutes of each participant."""

    def load(
        *joins: tuple[str, str, str], opened: str = "", closed: str = "", plan: str = PLAN
    ) -> dict[str, tuple[float, bool]]:
        day = "2022-03-10 "
        lines = [
            f"{person},S-1,{opened and day + opened},{closed and day + closed},{day}{begin},{day}{end},{n}"
            for n, (person, begin, end) in enumerate(joins)
        ]
        write(tmp_path, "joins", "mail,session,opened,closed,joined,left,device", *lines)
        write(tmp_path, "places", "mail,session,starts,ends", *([plan] if plan else []))
        return of_each_person(tmp_path)

    return load


def write(folder: Path, source: str, *lines: str) -> None:
    delivery = folder / "landing" / source / "2022-04-01"
    delivery.mkdir(parents=True)
    (delivery / "1.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def of_each_person(folder: Path) -> dict[str, tuple[float, bool]]:
    """Pseudonyms are not known here, so people are told apart by the order of their minutes."""
    programme = parse_programme(PROGRAMME_TEXT, place="presence.yaml")
    ingest = Ingest(programme, "contract", Pseudonymiser(bytes.fromhex(KEY)), folder / "runs")
    with open_warehouse(folder / "warehouse.duckdb") as engine:
        for delivery in find_deliveries(str(folder / "landing"), programme.sources_by_id).deliveries:
            ingest.load(engine, delivery)
        refresh_core(engine, programme, current_basis(engine))
        with engine.connect() as connection:
            rows = read_frame(connection, table_of("core.fact_attendance"))
    rows = rows.sort_values("minutes").reset_index(drop=True)
    found = zip(rows["minutes"], rows["is_attended"], strict=True)
    return {f"person {n}": (float(time), bool(attended)) for n, (time, attended) in enumerate(found)}


def test_a_join_before_the_start_counts_from_the_start(minutes):
    assert minutes(("ann@example.org", "09:00", "10:31")) == {"person 0": (31.0, True)}


def test_an_hour_in_the_waiting_room_counts_no_minute_even_if_the_report_begins_with_it(minutes):
    joins = [("ann@example.org", "09:00", "10:29"), ("bob@example.org", "10:00", "12:00")]
    assert minutes(*joins, opened="09:00", closed="12:05") == {
        "person 0": (29.0, False),
        "person 1": (120.0, True),
    }


def test_a_leave_after_the_end_counts_to_the_end(minutes):
    assert minutes(("ann@example.org", "11:31", "18:00")) == {"person 0": (29.0, False)}


@pytest.mark.parametrize(("begin", "end"), [("08:00", "09:30"), ("12:00", "18:00")])
def test_presence_outside_of_the_session_alone_is_none(minutes, begin, end):
    assert minutes(("ann@example.org", begin, end)) == {"person 0": (0.0, False)}


def test_a_session_without_times_is_not_clipped(minutes):
    assert minutes(("ann@example.org", "09:00", "18:00"), plan="") == {"person 0": (540.0, True)}


def test_an_end_that_is_not_known_cuts_nothing(minutes):
    only_start = "ann@example.org,S-1,2022-03-10 10:00,"
    assert minutes(("ann@example.org", "09:00", "18:00"), plan=only_start) == {"person 0": (480.0, True)}


def test_a_session_that_was_moved_counts_as_its_report_says(minutes):
    joins = [("ann@example.org", "13:55", "15:00")]
    assert minutes(*joins, opened="14:00", closed="16:00") == {"person 0": (60.0, True)}


def test_rejoins_and_two_devices_count_once_after_the_cut(minutes):
    joins = [
        ("ann@example.org", "09:30", "10:10"),
        ("ann@example.org", "09:40", "10:20"),
        ("ann@example.org", "11:50", "12:30"),
        ("ann@example.org", "11:55", "12:10"),
    ]
    assert minutes(*joins) == {"person 0": (30.0, True)}


def test_one_person_under_two_addresses_stays_two(minutes):
    joins = [("ann@example.org", "10:00", "10:20"), ("ann.private@example.org", "10:20", "10:40")]
    assert minutes(*joins) == {"person 0": (20.0, False), "person 1": (20.0, False)}


def test_two_people_behind_one_address_stay_one(minutes):
    joins = [("desk@example.org", "10:00", "10:20"), ("desk@example.org", "10:10", "10:40")]
    assert minutes(*joins) == {"person 0": (40.0, True)}


def test_joins_without_an_address_are_never_put_together(minutes):
    joins = [("", "10:00", "10:20"), ("", "10:20", "10:40")]
    assert minutes(*joins) == {"person 0": (20.0, False), "person 1": (20.0, False)}
