"""Who is erased is gone: from every table and byte, and an old file does not bring them back (A17)."""

from __future__ import annotations

import base64
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import ConfigurationError, UsageError
from ccds_pipeline.ingest.store.erased import read_erased_list
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.rights.erasure import Erasure, Receipt, erase
from ccds_pipeline.warehouse.backup import back_up
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.many_people import (
    PRESENT,
    RELEASED,
    SHARED,
    cells_by_key,
    scenario_with_many_people,
)
from ccds_pipeline_tests.support.rights_scenario import (
    FIRST,
    KEY,
    LATER,
    NAMED,
    NAMED_DAY,
    NAMED_HEADERS,
    OTHER_KEY,
    PRIVATE,
    PROGRAMME_TEXT,
    VERA,
    Scenario,
    scenario_in,
)

pytestmark = pytest.mark.attack("A17")

PSEUDONYMISER = Pseudonymiser(KEY)


def pseudonyms(values: list[str], purpose: str) -> list[str]:
    return PSEUDONYMISER.keys(pd.Series(values, dtype="str"), purpose=purpose).tolist()


PERSON = PSEUDONYMISER.person_keys(pd.Series([VERA], dtype="str")).tolist()
TRACES = [
    VERA,
    *PERSON,
    *pseudonyms(["R-VERA"], "record:bookings"),
    *pseudonyms([f"{VERA}\x1fS-1"], "record:presence"),
    *pseudonyms(["1", "2", "3"], "record:survey"),
    *pseudonyms(["R-VERA"], "reference"),
    "badgers",
    "hedgehogs",
]


def forms(trace: str) -> list[bytes]:
    """Return a trace as it may stand in a file: as text, as the bytes of its hexadecimal, encoded."""
    raw = trace.encode()
    found = [raw, raw.upper(), raw.hex().encode(), base64.b64encode(raw)[:-4], trace.encode("utf-16-le")]
    return [*found, bytes.fromhex(trace)] if len(trace) == 32 and "@" not in trace else found


def traces_in(folder: Path) -> list[str]:
    """Return the traces of the person in any file of a folder."""
    contents = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return [trace for trace in TRACES if any(form in one for one in contents for form in forms(trace))]


def traces_in_cells(scenario: Scenario) -> list[str]:
    """Return the traces of the person in any cell of the warehouse, read through its engine."""
    names = scenario.rows("SELECT schema_name || '.' || table_name FROM duckdb_tables()")
    cells = " ".join(map(str, scenario.all_rows(f"FROM {name}" for (name,) in names)))
    return [trace for trace in TRACES if trace in cells]


def data_without_landing(scenario: Scenario, folder: Path) -> Path:
    """Move the landing folder out of the data folder: deliveries belong to their owner."""
    landing = folder / "elsewhere"
    if not landing.exists():
        (scenario.settings.data_dir / "landing").rename(landing)
    return scenario.settings.data_dir


def erase_person(scenario: Scenario, email: str, *, dry_run: bool) -> Erasure:
    ingest = scenario.ingest
    return erase(scenario.settings, ingest.programme, ingest.pseudonymiser, email, dry_run=dry_run)


def erase_vera(scenario: Scenario, *, dry_run: bool = False) -> Receipt:
    return erase_person(scenario, f"  <{VERA.upper()}> ", dry_run=dry_run).receipt


def people(scenario: Scenario) -> object:
    of_all = "kpi_id = 'R1' AND breakdown = 'all' AND is_headline"
    return scenario.rows(f"SELECT numerator FROM kpi.kpi WHERE {of_all}")[0][0]  # of code


def test_no_trace_of_the_person_is_left_in_any_cell_or_byte(scenario, tmp_path):
    data = data_without_landing(scenario, tmp_path)
    held = [trace for trace in TRACES if trace != VERA]
    assert traces_in(data) == held, "the scanner finds what is there"
    assert traces_in_cells(scenario) == held
    with open_warehouse(scenario.settings.warehouse_file) as engine:
        backup = back_up(engine, scenario.settings.warehouse_file, version=1)
    scenario.settings.as_of_folder.mkdir()
    erase_vera(scenario)
    assert not backup.exists()
    assert not scenario.settings.as_of_folder.exists()
    assert traces_in(data) == []
    scenario.refresh()
    assert traces_in_cells(scenario) == []
    assert traces_in(data) == []


def test_nothing_stays_of_a_rejected_row(scenario):
    scenario.deliver(NAMED, day=NAMED_DAY, headers=NAMED_HEADERS)
    scenario.load(day=NAMED_DAY)
    (record,) = pseudonyms(["R-NEW"], "record:bookings")
    noted = "SELECT record_key, person_key FROM staging.rejected_record"
    assert scenario.rows(noted) == [(record, *PERSON)]
    erase_vera(scenario)
    assert scenario.rows(noted) == []
    scenario.load(day=NAMED_DAY)
    assert scenario.rows(noted) == []


def test_what_a_complete_source_no_longer_has_is_erased_too(scenario):
    survey = PROGRAMME_TEXT.replace("  - id: survey\n", "  - id: survey\n    complete: true\n")
    ingest = replace(scenario.ingest, programme=parse_programme(survey, place="rights.yaml"))
    complete = replace(scenario, ingest=ingest)
    by_reference_of_ola = "7,,R-HANDED,,2022-05-01 13:00,8,"
    for day, rows in (
        ("2022-05-02", [*FIRST["survey"], by_reference_of_ola]),
        ("2022-06-01", FIRST["survey"]),
    ):
        complete.deliver({"survey": rows}, day=day)
        complete.load(day=day)
    assert len(complete.rows("FROM core.fact_response")) == 5
    assert complete.rows("SELECT count(*) FROM staging.response") == [(6,)]
    erase_person(complete, "ola@example.org", dry_run=False)
    assert complete.rows("SELECT count(*) FROM staging.response") == [(5,)]


def test_what_a_source_brought_that_the_programme_no_longer_has_is_erased_too(scenario):
    sources = [source for source in scenario.ingest.programme.sources if source.id != "survey"]
    programme = scenario.ingest.programme.model_copy(update={"sources": tuple(sources)})
    erase_vera(replace(scenario, ingest=replace(scenario.ingest, programme=programme)))
    assert scenario.rows("SELECT count(*) FROM staging.response") == [(2,)]


def test_everybody_else_stays_and_the_kpis_follow(scenario):
    before = people(scenario)
    erase_vera(scenario)
    scenario.refresh()
    assert (before, people(scenario)) == (3, 2)
    assert len(scenario.rows("FROM core.fact_response")) == 2
    assert scenario.rows("SELECT status FROM core.fact_booking") == [("booked",)] * 3


def test_a_booking_that_was_handed_on_belongs_to_its_present_holder(scenario):
    record = pseudonyms(["R-HANDED"], "record:bookings")[0]
    erase_vera(scenario)
    assert scenario.rows(f"SELECT delivery_on::text FROM staging.sighting WHERE record_key = '{record}'") == [
        ("2022-05-01",)
    ]


def test_the_accounts_still_add_up_and_say_what_was_erased(scenario):
    erase_vera(scenario)
    sums = "sum(received_n), sum(loaded_n + duplicate_n + excluded_n + rejected_n), sum(excluded_n)"
    assert scenario.rows(f"SELECT {sums} FROM ops.delivery") == [(16, 16, 7)]
    assert scenario.rows("SELECT DISTINCT reason FROM ops.excluded") == [("erased",)]


def test_an_old_file_does_not_bring_the_person_back(scenario, tmp_path):
    erase_vera(scenario)
    accounts = "SELECT source_id, delivery_on, loaded_n, excluded_n FROM ops.delivery ORDER BY ALL"
    erased = scenario.rows(accounts)
    scenario.load()
    assert scenario.rows(accounts) == erased
    assert traces_in_cells(scenario) == []
    scenario.deliver(
        {"survey": ["2,,R-VERA,,2022-03-11 13:00,8,hedgehogs", "9,,R-VERA,,,8,badgers"]}, day="2022-06-01"
    )
    scenario.deliver(LATER, day="2022-06-02")
    scenario.load()
    assert traces_in_cells(scenario) == []
    assert traces_in(data_without_landing(scenario, tmp_path)) == []


@pytest.mark.heavy
def test_words_that_the_person_alone_is_named_by_leave_the_roster_and_stay_away(scenario):
    words = ("vera", "maybury", "verity", "vole", "kim", "quilla")
    scenario.deliver(NAMED, day=NAMED_DAY, headers=NAMED_HEADERS)
    scenario.load(day=NAMED_DAY)
    holders = scenario.rows("SELECT holder_key FROM staging.name_token")
    assert scenario.words_on_roster(*words) == sorted(words)
    assert (len(holders), len(set(holders))) == (7, 7), "two people hold one word, and no two rows a holder"
    receipt = erase_vera(scenario)
    assert receipt.rows_by_table["staging.name_token"] == 4
    assert scenario.words_on_roster(*words) == ["kim", "quilla", "vole"]
    scenario.load(day=NAMED_DAY)
    assert scenario.words_on_roster(*words) == ["kim", "quilla", "vole"]
    assert len(scenario.rows("FROM staging.name_token")) == 3


def test_the_receipt_holds_counts_and_no_trace_and_the_audit_trail_keeps_it(scenario):
    receipt = erase_vera(scenario)
    assert receipt.rows_by_table["staging.booking"] == 2
    assert receipt.rows_by_table["staging.response"] == 3
    assert receipt.rows_by_table["core.fact_attendance"] == 1
    assert [trace for trace in TRACES if trace in receipt.as_json()] == []
    kept = scenario.rows("SELECT details FROM ops.audit WHERE action = 'erasure'")
    assert receipt.receipt_id in str(kept[0][0])


def test_a_dry_run_counts_and_changes_nothing(scenario):
    before = scenario.settings.warehouse_file.stat().st_ino, traces_in_cells(scenario)
    counted = erase_vera(scenario, dry_run=True)
    assert (scenario.settings.warehouse_file.stat().st_ino, traces_in_cells(scenario)) == before
    assert scenario.rows("SELECT count(*) FROM ops.suppressed_person") == [(0,)]
    assert counted.rows_by_table == erase_vera(scenario).rows_by_table


def test_the_suppression_list_joins_with_no_pseudonym(scenario):
    erase_vera(scenario)
    listed = {code for (code,) in scenario.rows("SELECT suppressed_key FROM ops.suppressed_person")}
    assert len(listed) == 6 + 2
    assert listed & set(TRACES) == set()


def test_of_somebody_unknown_nothing_is_held_or_noted(scenario):
    done = erase(
        scenario.settings,
        scenario.ingest.programme,
        scenario.ingest.pseudonymiser,
        "nobody@example.org",
        dry_run=False,
    )
    assert (done.receipt.is_empty, done.is_rewritten) == (True, False)
    assert scenario.rows("SELECT count(*) FROM ops.suppressed_person") == [(0,)]
    assert scenario.rows("SELECT action FROM ops.audit ORDER BY sequence_n DESC LIMIT 1") == [("erasure",)]
    assert people(scenario) == 3


def test_asking_again_completes_an_erasure_and_finds_nothing(scenario):
    erase_vera(scenario)
    again = erase_person(scenario, VERA, dry_run=False)
    assert (again.receipt.is_empty, again.is_rewritten) == (True, True)


@pytest.mark.parametrize("address", ["", "   ", "no address", "info@example.org", "Anonymous"])
def test_a_blank_or_shared_address_is_refused_without_being_quoted(scenario, address):
    with pytest.raises(UsageError, match="address_is_personal") as refused:
        erase_person(scenario, address, dry_run=False)
    assert address.strip() == "" or address not in str(refused.value)


def test_another_address_is_taken_for_another_person(scenario):
    held = erase(
        scenario.settings, scenario.ingest.programme, scenario.ingest.pseudonymiser, PRIVATE, dry_run=True
    ).receipt.rows_by_table
    assert (held["staging.response"], held.get("staging.booking"), held.get("core.fact_booking")) == (
        1,
        None,
        None,
    )


def test_the_list_of_erased_persons_opens_only_with_the_key(scenario):
    erase_vera(scenario)
    with open_warehouse(scenario.settings.warehouse_file) as engine, engine.connect() as connection:
        assert read_erased_list(connection, PSEUDONYMISER) is not None
        with pytest.raises(ConfigurationError, match="one_key"):
            read_erased_list(connection, Pseudonymiser(OTHER_KEY))


# What was released stands (P17): who compares the releases before and after would learn the person's answer.


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("many_people") / "scenario"
    scenario = scenario_with_many_people(folder)
    scenario.load()
    return folder, cells_by_key(scenario.release())


@pytest.mark.parametrize("address", [SHARED, pytest.param("p3@example.org", marks=pytest.mark.heavy)])
def test_an_erasure_changes_the_exact_kpis_and_no_released_cell(released, tmp_path, address):
    folder, before = released
    scenario = scenario_in(Path(shutil.copytree(folder, tmp_path / "scenario")))
    exact = "SELECT kpi_id, estimand, value FROM kpi.kpi WHERE breakdown = 'all' ORDER BY ALL"
    values = scenario.rows(exact)
    erase_person(scenario, address, dry_run=False)
    scenario.refresh()
    changed = {one[0] for one, other in zip(values, scenario.rows(exact), strict=True) if one != other}
    assert changed == {"R1", "R2"}
    pd.testing.assert_frame_equal(cells_by_key(scenario.release()), before)
    assert set(scenario.rows(PRESENT)) == set(scenario.rows(RELEASED)), (
        "the ledger has no key of theirs either"
    )


def test_nobody_remembers_that_the_person_was_behind_a_release(scenario):
    settings, programme = scenario.settings, scenario.ingest.programme
    with open_warehouse(settings.warehouse_file) as engine:
        build_candidate(engine, programme, settings.candidate_file, note="")
        publish_candidate(engine, programme, settings.candidate_file, settings.reporting_file, inputs="test")
    behind = "SELECT DISTINCT person_code FROM ops.released_contribution"
    before = set(scenario.rows(behind))
    erase_vera(scenario)
    after = set(scenario.rows(behind))
    assert after < before
    assert len(before - after) == 1
