"""Who is erased is gone: from every table and byte, and an old file does not bring them back (A17)."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import ConfigurationError, UsageError
from ccds_pipeline.ingest.store.erased import read_erased_list
from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.rights.erasure import Erasure, Receipt, erase
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.many_people import PRESENT, RELEASED, SHARED, cells_by_key, crowded_story
from ccds_pipeline_tests.support.rights_scenario import (
    KEY,
    LATER,
    NAMED,
    NAMED_DAY,
    NAMED_HEADERS,
    OTHER_KEY,
    PRIVATE,
    VERA,
    Story,
    new_story,
    story_in,
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


def traces_in_cells(story: Story) -> list[str]:
    """Return the traces of the person in any cell of the warehouse, read through its engine."""
    names = story.rows("SELECT schema_name || '.' || table_name FROM duckdb_tables()")
    cells = " ".join(map(str, story.all_rows(f"FROM {name}" for (name,) in names)))
    return [trace for trace in TRACES if trace in cells]


def data_without_landing(story: Story, folder: Path) -> Path:
    """Move the landing folder out of the data folder: deliveries belong to their owner."""
    landing = folder / "elsewhere"
    if not landing.exists():
        (story.settings.data_dir / "landing").rename(landing)
    return story.settings.data_dir


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded") / "story"
    new_story(folder).load()
    return folder


@pytest.fixture
def story(loaded: Path, tmp_path: Path) -> Story:
    return story_in(Path(shutil.copytree(loaded, tmp_path / "story")))


def erase_person(story: Story, email: str, *, dry_run: bool) -> Erasure:
    ingest = story.ingest
    return erase(story.settings, ingest.programme, ingest.pseudonymiser, email, dry_run=dry_run)


def erase_vera(story: Story, *, dry_run: bool = False) -> Receipt:
    return erase(
        story.settings,
        story.ingest.programme,
        story.ingest.pseudonymiser,
        f"  <{VERA.upper()}> ",
        dry_run=dry_run,
    ).receipt


def people(story: Story) -> object:
    return story.rows("SELECT numerator FROM kpi.kpi WHERE kpi_id = 'R1' AND breakdown = 'all'")[0][0]


def test_no_trace_of_the_person_is_left_in_any_cell_or_byte(story, tmp_path):
    data = data_without_landing(story, tmp_path)
    held = [trace for trace in TRACES if trace != VERA]
    assert traces_in(data) == held, "the scanner finds what is there"
    assert traces_in_cells(story) == held
    erase_vera(story)
    assert traces_in(data) == []
    story.refresh()
    assert traces_in_cells(story) == []
    assert traces_in(data) == []


def test_everybody_else_stays_and_the_kpis_follow(story):
    before = people(story)
    erase_vera(story)
    story.refresh()
    assert (before, people(story)) == (3, 2)
    assert len(story.rows("FROM core.fact_response")) == 2
    assert story.rows("SELECT status FROM core.fact_booking") == [("booked",)] * 3


def test_a_booking_that_was_handed_on_belongs_to_its_present_holder(story):
    record = pseudonyms(["R-HANDED"], "record:bookings")[0]
    erase_vera(story)
    assert story.rows(f"SELECT delivery_on::text FROM staging.sighting WHERE record_key = '{record}'") == [
        ("2022-05-01",)
    ]


def test_the_accounts_still_add_up_and_say_what_was_erased(story):
    erase_vera(story)
    sums = "sum(received_n), sum(loaded_n + duplicate_n + excluded_n + rejected_n), sum(excluded_n)"
    assert story.rows(f"SELECT {sums} FROM ops.delivery") == [(16, 16, 7)]
    assert story.rows("SELECT DISTINCT reason FROM ops.excluded") == [("erased",)]


def test_an_old_file_does_not_bring_the_person_back(story, tmp_path):
    erase_vera(story)
    accounts = "SELECT source_id, delivery_on, loaded_n, excluded_n FROM ops.delivery ORDER BY ALL"
    erased = story.rows(accounts)
    story.load()
    assert story.rows(accounts) == erased
    assert traces_in_cells(story) == []
    story.deliver(
        {"survey": ["2,,R-VERA,,2022-03-11 13:00,8,hedgehogs", "9,,R-VERA,,,8,badgers"]}, day="2022-06-01"
    )
    story.deliver(LATER, day="2022-06-02")
    story.load()
    assert traces_in_cells(story) == []
    assert traces_in(data_without_landing(story, tmp_path)) == []


@pytest.mark.heavy
def test_words_that_the_person_alone_is_named_by_leave_the_roster_and_stay_away(story):
    words = ("vera", "maybury", "verity", "vole", "kim", "quilla")
    story.deliver(NAMED, day=NAMED_DAY, headers=NAMED_HEADERS)
    story.load(day=NAMED_DAY)
    holders = story.rows("SELECT holder_key FROM staging.name_token")
    assert story.words_on_roster(*words) == sorted(words)
    assert (len(holders), len(set(holders))) == (7, 7), "two people hold one word, and no two rows a holder"
    receipt = erase_vera(story)
    assert receipt.rows_by_table["staging.name_token"] == 4
    assert story.words_on_roster(*words) == ["kim", "quilla", "vole"]
    story.load(day=NAMED_DAY)
    assert story.words_on_roster(*words) == ["kim", "quilla", "vole"]
    assert len(story.rows("FROM staging.name_token")) == 3


def test_the_receipt_holds_counts_and_no_trace_and_the_audit_trail_keeps_it(story):
    receipt = erase_vera(story)
    assert receipt.rows_by_table["staging.booking"] == 2
    assert receipt.rows_by_table["staging.response"] == 3
    assert receipt.rows_by_table["core.fact_attendance"] == 1
    assert [trace for trace in TRACES if trace in receipt.as_json()] == []
    kept = story.rows("SELECT details FROM ops.audit WHERE action = 'erasure'")
    assert receipt.receipt_id in str(kept[0][0])


def test_a_dry_run_counts_and_changes_nothing(story):
    before = story.settings.warehouse_file.stat().st_ino, traces_in_cells(story)
    counted = erase_vera(story, dry_run=True)
    assert (story.settings.warehouse_file.stat().st_ino, traces_in_cells(story)) == before
    assert story.rows("SELECT count(*) FROM ops.suppressed_person") == [(0,)]
    assert counted.rows_by_table == erase_vera(story).rows_by_table


def test_the_suppression_list_joins_with_no_pseudonym(story):
    erase_vera(story)
    listed = {code for (code,) in story.rows("SELECT suppressed_key FROM ops.suppressed_person")}
    assert len(listed) == 6 + 2
    assert listed & set(TRACES) == set()


def test_of_somebody_unknown_nothing_is_held_or_noted(story):
    done = erase(
        story.settings,
        story.ingest.programme,
        story.ingest.pseudonymiser,
        "nobody@example.org",
        dry_run=False,
    )
    assert (done.receipt.is_empty, done.is_rewritten) == (True, False)
    assert story.rows("SELECT count(*) FROM ops.suppressed_person") == [(0,)]
    assert story.rows("SELECT action FROM ops.audit ORDER BY sequence_n DESC LIMIT 1") == [("erasure",)]
    assert people(story) == 3


def test_asking_again_completes_an_erasure_and_finds_nothing(story):
    erase_vera(story)
    again = erase_person(story, VERA, dry_run=False)
    assert (again.receipt.is_empty, again.is_rewritten) == (True, True)


@pytest.mark.parametrize("address", ["", "   ", "no address", "info@example.org", "Anonymous"])
def test_a_blank_or_shared_address_is_refused_without_being_quoted(story, address):
    with pytest.raises(UsageError, match="address_is_personal") as refused:
        erase_person(story, address, dry_run=False)
    assert address.strip() == "" or address not in str(refused.value)


def test_another_address_is_taken_for_another_person(story):
    held = erase(
        story.settings, story.ingest.programme, story.ingest.pseudonymiser, PRIVATE, dry_run=True
    ).receipt.rows_by_table
    assert (held["staging.response"], held.get("staging.booking"), held.get("core.fact_booking")) == (
        1,
        None,
        None,
    )


def test_the_list_of_erased_persons_opens_only_with_the_key(story):
    erase_vera(story)
    with open_warehouse(story.settings.warehouse_file) as engine, engine.connect() as connection:
        assert read_erased_list(connection, PSEUDONYMISER) is not None
        with pytest.raises(ConfigurationError, match="one_key"):
            read_erased_list(connection, Pseudonymiser(OTHER_KEY))


# What was released stands (P17): who compares the releases before and after would learn the person's answer.


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("crowd") / "story"
    story = crowded_story(folder)
    story.load()
    return folder, cells_by_key(story.release())


@pytest.mark.parametrize("address", ["p3@example.org", pytest.param(SHARED, marks=pytest.mark.heavy)])
def test_an_erasure_changes_the_exact_kpis_and_no_released_cell(released, tmp_path, address):
    folder, before = released
    story = story_in(Path(shutil.copytree(folder, tmp_path / "story")))
    exact = "SELECT kpi_id, estimand, value FROM kpi.kpi WHERE breakdown = 'all' ORDER BY ALL"
    values = story.rows(exact)
    erase_person(story, address, dry_run=False)
    story.refresh()
    changed = {one[0] for one, other in zip(values, story.rows(exact), strict=True) if one != other}
    assert changed == {"R1", "R2"}
    pd.testing.assert_frame_equal(cells_by_key(story.release()), before)
    assert set(story.rows(PRESENT)) == set(story.rows(RELEASED)), "the ledger has no key of theirs either"


def test_nobody_remembers_that_the_person_was_behind_a_release(story):
    settings, programme = story.settings, story.ingest.programme
    with open_warehouse(settings.warehouse_file) as engine:
        build_candidate(engine, programme, settings.candidate_file, note="")
        publish_candidate(engine, programme, settings.candidate_file, settings.reporting_file)
    behind = "SELECT DISTINCT person_code FROM ops.released_contribution"
    before = set(story.rows(behind))
    erase_vera(story)
    after = set(story.rows(behind))
    assert after < before
    assert len(before - after) == 1
