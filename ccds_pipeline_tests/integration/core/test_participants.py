"""Who is one participant: places that change hands, shared addresses, people without an address."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline_tests.support.scenario import (
    Scenarios,
    address,
    load,
    outcomes,
    person_key,
    refresh,
    scenario_programme,
    warehouse_of,
)

TEAM = "ward.seven@example.org"
BEFORE, AFTER = date(2022, 2, 20), date(2022, 2, 27)
SENT_BEFORE, SENT_BETWEEN = "2022-02-18 09:00", "2022-02-24 09:00"


def participants(connection: sa.Connection, session: str) -> pd.DataFrame:
    """Return who was present in a session."""
    rows = read_frame(connection, table_of("core.fact_attendance"))
    return rows[rows["session_code"] == session]


@pytest.fixture(scope="module")
def present() -> dict[str, pd.DataFrame]:
    """Return the attendances of each session."""
    s = Scenarios()
    for who in ("ann", "bob"):
        s.comes("TEAM", who, mail=TEAM)
    s.joins("TEAM", "cat", mail=TEAM)
    s.books("NAMED", "dan", mail="team@example.org")
    s.joins("NAMED", "dan", mail="")
    s.comes("REJOINED", "eve")
    s.joins("REJOINED", "eve", mail="", joined="2022-03-01 12:30", left="2022-03-01 12:40")
    for joined, left in (("09:30", "09:50"), ("10:10", "10:30")):
        s.joins("STRANGER", "fay", mail="", joined=f"2022-03-01 {joined}", left=f"2022-03-01 {left}")
    for mail in ("gil@example.org", "gil.two@example.org"):
        s.books("NAMESAKES", "gil", mail=mail, ref=f"NAMESAKES {mail}")
    s.joins("NAMESAKES", "gil", mail="")
    s.joins("NAMELESS", "hal", mail="", name="Guest")
    s.joins("NAMELESS", "ida", mail="", name="Guest", joined="2022-03-01 09:31")
    s.comes("TWICE", "joe")
    s.books("TWICE", "joe", ref="TWICE joe again")
    with warehouse_of(scenario_programme(), s) as connection:
        return {session: participants(connection, session) for session in s.sessions()}


@pytest.mark.parametrize(
    ("session", "identified", "unidentified"),
    [
        pytest.param("TEAM", 2, 1, id="each place behind a shared address that a name fills"),
        pytest.param("NAMED", 1, 0, id="a place without an address of its own is filled by its name"),
        pytest.param("REJOINED", 1, 0, id="who joins again without an address is still one"),
        pytest.param("STRANGER", 0, 1, id="two joins of one name are one attendance"),
        pytest.param("NAMESAKES", 0, 1, id="a name of two places is of neither"),
        pytest.param("NAMELESS", 0, 2, id="without address and name each join stands alone"),
        pytest.param("TWICE", 1, 0, id="one person who booked twice is one"),
    ],
)
def test_a_participant_is_a_place_that_was_filled_else_an_address_else_nobody(
    present, session, identified, unidentified
):
    rows = present[session]
    assert rows["is_attended"].all()
    assert (rows["participant_key"].nunique(), int(rows["participant_key"].isna().sum())) == (
        identified,
        unidentified,
    )


def test_joins_of_one_name_without_an_address_are_added_up(present):
    assert present["STRANGER"]["minutes"].tolist() == [40.0]


def history(*steps: tuple[date, Scenarios], last: Scenarios) -> pd.DataFrame:
    """Load deliveries one after the other, and return how the responses of the last were linked."""
    programme = scenario_programme()
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    for delivered_on, rows in steps:
        load(engine, programme, rows, delivered_on=delivered_on)
    load(engine, programme, last)
    refresh(engine, programme)
    with engine.connect() as connection:
        found = outcomes(connection, last)
    engine.dispose()
    return found


def booked(session: str, who: str, *, ref: str) -> Scenarios:
    """One booking under a reference."""
    s = Scenarios()
    s.books(session, who, ref=ref)
    return s


@pytest.fixture(scope="module")
def handed_on() -> pd.DataFrame:
    """A place that was Ann's until some day of a week and Bob's then; Bob came."""
    s = Scenarios()
    s.joins("HANDED", "bob")
    s.answers("pre", "HANDED", "of ann", ref="R1", sent=SENT_BEFORE)
    s.answers("pre", "HANDED", "of ann by name", ref="R1", sent=SENT_BETWEEN, mail=address("ann"))
    s.answers("pre", "HANDED", "of either", ref="R1", sent=SENT_BETWEEN)
    s.answers("pre", "HANDED", "of bob", ref="R1", sent="2022-02-28 09:00")
    s.answers("post", "HANDED", "of bob after", ref="R1")
    s.answers("post", "HANDED", "of ann after", ref="R1", mail=address("ann"))
    s.answers("post", "HANDED", "of nobody known", ref="R1", mail="home@example.net")
    s.answers("pre", "HANDED", "at any time", ref="R1", sent="")
    return history(
        (BEFORE, booked("HANDED", "ann", ref="R1")), (AFTER, booked("HANDED", "bob", ref="R1")), last=s
    )


@pytest.mark.parametrize(
    ("key", "who", "outcome"),
    [
        ("of ann", "ann", "matched"),
        ("of ann by name", "ann", "matched"),
        ("of either", None, "ambiguous"),
        ("of bob", "bob", "matched"),
        ("of bob after", "bob", "matched"),
        ("of ann after", None, "ambiguous"),
        ("of nobody known", None, "ambiguous"),
        ("at any time", None, "ambiguous"),
    ],
)
def test_an_answer_belongs_to_who_held_the_place_when_it_was_sent(handed_on, key, who, outcome):
    response = handed_on.loc[f"HANDED {key}"]
    assert response["link_outcome"] == outcome
    assert response["respondent_key"] == person_key(who) if who else pd.isna(response["respondent_key"])


def test_an_address_that_was_corrected_does_not_change_hands():
    s = Scenarios()
    s.joins("CORRECTED", "ann")
    s.answers("pre", "CORRECTED", "early", ref="R2", sent=SENT_BETWEEN)
    wrong = Scenarios()
    wrong.books("CORRECTED", "ann", ref="R2", mail="ann@example.prg")
    found = history((BEFORE, wrong), (AFTER, booked("CORRECTED", "ann", ref="R2")), last=s)
    assert (found.loc["CORRECTED early", "respondent_key"], found.loc["CORRECTED early", "state"]) == (
        person_key("ann"),
        "valid",
    )


def test_an_answer_about_a_session_from_which_the_place_was_moved_is_in_no_pair():
    s = Scenarios()
    s.joins("NEW", "ann", joined="2022-03-08 09:30", left="2022-03-08 12:30")
    s.answers("pre", "MOVED", "before", ref="R3", sent=SENT_BEFORE, session="")
    s.answers("post", "MOVED", "after", ref="R3", sent="2022-03-08 13:00", session="")
    found = history((BEFORE, booked("OLD", "ann", ref="R3")), (AFTER, booked("NEW", "ann", ref="R3")), last=s)
    assert found["link_outcome"].to_dict() == {"MOVED before": "ambiguous", "MOVED after": "matched"}
    assert (found.loc["MOVED after", "session_code"], found.loc["MOVED after", "state"]) == ("NEW", "valid")


def test_an_answer_after_a_session_stays_with_it_when_the_place_is_moved_later():
    s = Scenarios()
    s.joins("OLD", "ann")
    s.answers("post", "MOVED", "after", ref="R4", sent="2022-03-01 14:00", session="")
    found = history(
        (BEFORE, booked("OLD", "ann", ref="R4")), (date(2022, 3, 20), booked("NEW", "ann", ref="R4")), last=s
    )
    assert (found.loc["MOVED after", "session_code"], found.loc["MOVED after", "state"]) == ("OLD", "valid")


def test_the_address_of_somebody_else_who_is_known_contradicts_a_reference():
    s = Scenarios()
    s.comes("KNOWN", "ann")
    s.comes("KNOWN", "bob")
    s.answers("post", "KNOWN", "contradicted", ref="KNOWN ann", mail=address("bob"))
    s.answers("post", "KNOWN", "from home", ref="KNOWN ann", mail="ann@home.example")
    found = history(last=s)
    assert found["link_outcome"].to_dict() == {
        "KNOWN contradicted": "ambiguous",
        "KNOWN from home": "matched",
    }


def test_both_bookings_of_one_person_lead_to_the_person():
    s = Scenarios()
    s.comes("TWICE", "ann")
    s.books("TWICE", "ann", ref="TWICE again")
    s.answers("pre", "TWICE", "before", ref="TWICE ann")
    s.answers("post", "TWICE", "after", ref="TWICE again")
    s.answers("later", "TWICE", "later", mail=address("ann"))
    found = history(last=s)
    assert set(found["respondent_key"]) == {person_key("ann")}
    assert set(found["state"]) == {"valid"}
