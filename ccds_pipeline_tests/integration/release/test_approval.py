"""Approvals, the ledger's memory of people, and what ``ccds release`` says, over a real warehouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.cli.release import status_text
from ccds_pipeline.errors import CheckFailedError, ConfigurationError, UsageError
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.release.approval import approve, refuse_unready, release_status
from ccds_pipeline.release.candidate import fingerprint_of
from ccds_pipeline.release.ledger import forget_people
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.core_content import PROGRAMME_TEXT, Attendance, Core
from ccds_pipeline_tests.support.successive_releases import Releases, releases

STRICT = parse_programme(PROGRAMME_TEXT + "release: {requires_approval: true}\n", place="welcome.yaml")
CONTENT = Core(
    sessions={"s-1": pd.Timestamp("2022-04-04").date()},
    attendances=[Attendance(f"p{number}", "s-1", "Y60" if number < 40 else "Y61") for number in range(46)],
)


@pytest.fixture
def warehouse():
    with releases(STRICT) as opened:
        yield opened


def built(warehouse: Releases, content: Core = CONTENT) -> str:
    """Build a candidate as the pipeline does and return its fingerprint."""
    candidate = warehouse.build(content)
    append(warehouse.connection, table_of("ops.candidate_cell"), candidate)
    fingerprint = fingerprint_of([read_frame(warehouse.connection, table_of("ops.candidate_cell"))])
    row = {
        "fingerprint": fingerprint, "release_n": 1, "data_version": "d",
        "built_at": pd.Timestamp("2022-06-01"),
        "shares_n": 0, "share_error": None, "share_error_se": None,
    }  # fmt: skip
    append(warehouse.connection, table_of("ops.candidate"), pd.DataFrame([row]))
    return fingerprint


@pytest.mark.attack("A8")
def test_a_release_waits_for_an_approval_of_exactly_this_content(warehouse):
    fingerprint = built(warehouse)
    with pytest.raises(CheckFailedError, match="release_is_approved"):
        refuse_unready(warehouse.connection, STRICT, fingerprint)
    assert approve(warehouse.connection, approver="A. Lead", reason="checked") == fingerprint
    refuse_unready(warehouse.connection, STRICT, fingerprint)
    other = built(warehouse, replace(CONTENT, attendances=CONTENT.attendances[:30]))
    with pytest.raises(CheckFailedError, match="release_is_approved"):
        refuse_unready(warehouse.connection, STRICT, other)


def test_a_candidate_built_again_from_the_same_content_stays_approved(warehouse):
    approve_it = built(warehouse)
    approve(warehouse.connection, approver="A. Lead", reason="checked")
    cells = read_frame(warehouse.connection, table_of("ops.candidate_cell"))
    assert fingerprint_of([cells.assign(run_id="another run").sample(frac=1, random_state=1)]) == approve_it


@pytest.mark.attack("A8")
def test_content_that_was_not_checked_is_refused(warehouse):
    built(warehouse)
    with pytest.raises(CheckFailedError, match="candidate_is_the_one_built"):
        refuse_unready(warehouse.connection, STRICT, "another")


@pytest.mark.parametrize(("approver", "reason"), [("", "checked"), (" \t", "checked"), ("A. Lead", " ")])
def test_an_approval_by_nobody_or_for_no_reason_is_refused(warehouse, approver, reason):
    built(warehouse)
    with pytest.raises(UsageError, match="blank"):
        approve(warehouse.connection, approver=approver, reason=reason)


def test_nothing_can_be_approved_before_there_is_a_candidate():
    with releases(STRICT) as warehouse, pytest.raises(ConfigurationError, match="candidate_exists"):
        approve(warehouse.connection, approver="A. Lead", reason="checked")


def test_an_exception_is_on_record_and_names_a_cell(warehouse):
    built(warehouse)
    with pytest.raises(UsageError, match="no such cell"):
        approve(warehouse.connection, approver="A. Lead", reason="small", exception="W1/region/Y99")
    approve(warehouse.connection, approver="A. Lead", reason="small", exception="W1/region/Y61")
    approve(warehouse.connection, approver="B. Lead", reason="all of it")
    rows = read_frame(warehouse.connection, table_of("ops.release_approval"))
    assert rows[["approver", "exception"]].to_numpy().tolist() == [
        ["A. Lead", "W1/region/Y61"],
        ["B. Lead", ""],
    ]


def test_the_status_says_what_is_held_back_and_why(warehouse):
    built(warehouse)
    status = release_status(warehouse.connection, STRICT)
    assert status.withheld["small_count"] >= 1
    assert status.needs_approval
    assert "needed: ccds release approve" in status_text(status)
    approve(warehouse.connection, approver="A. Lead", reason="checked")
    assert "given by A. Lead" in status_text(release_status(warehouse.connection, STRICT))


def test_a_second_release_of_the_same_people_is_served_from_the_first(warehouse):
    warehouse.publish(CONTENT)
    cells = warehouse.build(CONTENT)
    assert cells.loc[cells["population"] != "", "is_carried_forward"].all()


def test_other_thresholds_release_every_cell_anew(warehouse):
    warehouse.publish(CONTENT)
    stricter = STRICT.model_copy(
        update={"release": STRICT.release.model_copy(update={"minimum_people": 20, "suppress_up_to": 10})}
    )
    cells = Releases(warehouse.connection, stricter).build(CONTENT)
    assert not cells["is_carried_forward"].any()


@pytest.mark.attack("A17")
def test_erased_people_leave_the_ledger(warehouse):
    create_tables(warehouse.connection, tables_of("ops", "release_ledger"))
    warehouse.publish(CONTENT)
    count = sa.text("SELECT count(DISTINCT person_code) FROM ops.released_contribution")
    before = warehouse.connection.execute(count).scalar_one()
    assert forget_people(warehouse.connection, ["p1", "p2", "never seen"]) > 0
    assert warehouse.connection.execute(count).scalar_one() == before - 2


def test_the_ledger_only_grows(warehouse):
    first = warehouse.publish(CONTENT)
    everybody = [*CONTENT.attendances, *(Attendance(f"q{number}", "s-1", "Y60") for number in range(15))]
    warehouse.publish(replace(CONTENT, attendances=everybody))
    ledger = read_frame(warehouse.connection, table_of("ops.released_cell"))
    assert ledger["release_n"].value_counts().index.tolist() == [1, 2]
    persons = ledger.query("estimand == 'persons' and breakdown == 'all' and kpi_id == 'W1'")
    values = persons.sort_values("release_n")["value"].tolist()
    assert values == pytest.approx([46, 61], abs=REACH)
    assert first.loc[("W1", "persons", "all", "all", "all"), "value"] == str(values[0])


@pytest.mark.attack("A8")
@pytest.mark.parametrize("rule", ["suppress_up_to: 6", "minimum_people: 10"])
def test_a_threshold_below_the_floor_is_refused_when_the_programme_is_read(rule):
    with pytest.raises(ConfigurationError, match="release"):
        parse_programme(f"{PROGRAMME_TEXT}release: {{{rule}}}\n", place=str(Path("welcome.yaml")))
