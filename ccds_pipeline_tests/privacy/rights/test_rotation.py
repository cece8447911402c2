"""A new key: no pseudonym stays, nobody is split or merged, and the old key leads nowhere (A4)."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import CheckFailedError, ConfigurationError, UsageError
from ccds_pipeline.rights.erasure import erase
from ccds_pipeline.rights.rotation import rotate
from ccds_pipeline.schemas.register import pseudonym_columns, restricted_tables
from ccds_pipeline_tests.support.many_people import PRESENT, RELEASED, cells_by_key, crowded_story, people
from ccds_pipeline_tests.support.rights_scenario import (
    FIRST,
    KEY,
    NAMED,
    NAMED_DAY,
    NAMED_HEADERS,
    OTHER_KEY,
    VERA,
    Story,
    new_story,
    story_in,
)

pytestmark = pytest.mark.attack("A4")

NEW = Pseudonymiser(OTHER_KEY)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded") / "story"
    new_story(folder).load()
    return folder


@pytest.fixture
def story(loaded: Path, tmp_path: Path) -> Story:
    return story_in(Path(shutil.copytree(loaded, tmp_path / "story")))


def pseudonyms(story: Story) -> dict[str, set[object]]:
    """Return every pseudonym of the warehouse, by table and column."""
    places = [(table.full_name, name) for table in restricted_tables() for name in pseudonym_columns(table)]
    found = story.all_rows(f"SELECT DISTINCT {name} FROM {table}" for table, name in places)
    return {
        f"{table}.{name}": {code for (code,) in rows} - {None, ""}
        for (table, name), rows in zip(places, found, strict=True)
    }


def partition(story: Story) -> set[frozenset[object]]:
    """Return which delivered lines belong together: one set per person and per booking reference."""
    groups = []
    for key in ("person_key", "reference_key", "record_key"):
        column = "sighting.record_key" if key == "record_key" else key
        groups += story.rows(
            f"SELECT list(sighting.source_id || delivery_on || file_number || '/' || line) "
            f"FROM staging.sighting JOIN (SELECT version_key, person_key, reference_key FROM staging.booking "
            "UNION ALL SELECT version_key, person_key, reference_key FROM staging.attendance "
            "UNION ALL SELECT version_key, person_key, reference_key FROM staging.response) AS version "
            f"ON sighting.version_key = version.version_key GROUP BY {column}, {column} IS NULL"
        )
    return {frozenset(lines) for (lines,) in groups if isinstance(lines, list)}


def kpis(story: Story) -> list[tuple[object, ...]]:
    return story.rows("SELECT kpi_id, breakdown, level, value, denominator FROM kpi.kpi ORDER BY ALL")


def test_id_sets_are_disjoint_and_the_partition_is_identical(story):
    before, together, values = pseudonyms(story), partition(story), kpis(story)
    rotation = rotate(story.settings, story.ingest, NEW, dry_run=False)
    story.refresh()
    after = pseudonyms(story)
    assert len(set().union(*before.values())) > 20
    assert set().union(*before.values()) & set().union(*after.values()) == set()
    assert {name: len(codes) for name, codes in after.items()} == {n: len(c) for n, c in before.items()}
    assert (partition(story), kpis(story)) == (together, values)
    assert (rotation.rows_n, rotation.not_carried_n) == (16, 0)
    assert story.rows("SELECT DISTINCT key_id FROM ops.delivery") == [(NEW.key_id,)]


def test_no_byte_of_an_old_pseudonym_is_left_and_the_old_key_leads_nowhere(story):
    old = {str(code) for codes in pseudonyms(story).values() for code in codes}
    assert any(code.encode() in story.settings.warehouse_file.read_bytes() for code in old)
    rotate(story.settings, story.ingest, NEW, dry_run=False)
    story.refresh()
    content = story.settings.warehouse_file.read_bytes()
    assert [code for code in old if code.encode() in content] == []
    person = Pseudonymiser(KEY).person_keys(pd.Series([VERA], dtype="str"))[0]
    assert person.encode() not in content
    assert list(story.settings.data_dir.glob("rewritten*")) == []


def test_later_deliveries_join_the_same_person_under_the_new_key(story):
    rotate(story.settings, story.ingest, NEW, dry_run=False)
    story.deliver({"survey": [f"77,{VERA},,S-1,2022-03-20 13:00,3,Late"]}, day="2022-06-01")
    with pytest.raises(ConfigurationError, match="one_key"):
        story.load(KEY)
    story.load(OTHER_KEY)
    assert story.rows("SELECT count(DISTINCT person_key) FROM staging.booking") == [(3,)]
    late = "SELECT count(*) FROM core.fact_response JOIN core.fact_booking USING (participant_key)"
    assert story.rows(f"{late} WHERE submitted_at = '2022-03-20 13:00'") == [(1,)]


@pytest.mark.heavy
def test_who_was_erased_stays_away_under_the_new_key(story):
    erase(story.settings, story.ingest.programme, story.ingest.pseudonymiser, VERA, dry_run=False)
    story.refresh()
    counts = "SELECT source_id, delivery_on, loaded_n, excluded_n FROM ops.delivery ORDER BY ALL"
    before = story.rows(counts), len(story.rows("FROM ops.suppressed_person"))
    rotate(story.settings, story.ingest, NEW, dry_run=False)
    assert story.rows(counts) == before[0]
    story.deliver({"survey": [FIRST["survey"][1]]}, day="2022-06-01")
    story.load(OTHER_KEY)
    assert story.rows("SELECT loaded_n, excluded_n FROM ops.delivery WHERE delivery_on = '2022-06-01'") == [
        (0, 1)
    ]
    assert story.rows("SELECT count(*) FROM staging.response") == [(2,)]


@pytest.mark.heavy
def test_unknown_columns_are_still_told_and_words_of_who_was_erased_stay_off_the_roster(story):
    story.deliver(NAMED, day=NAMED_DAY, headers=NAMED_HEADERS)
    story.load(day=NAMED_DAY)
    erase(story.settings, story.ingest.programme, story.ingest.pseudonymiser, VERA, dry_run=False)
    story.refresh()
    drift = "SELECT source_id, delivery_on, change, column_name, column_key = '' FROM ops.drift ORDER BY ALL"
    unknown = "SELECT column_key FROM ops.drift WHERE column_key <> ''"
    before, keys = story.rows(drift), set(story.rows(unknown))
    assert rotate(story.settings, story.ingest, NEW, dry_run=False).not_carried_n == 0
    assert (story.rows(drift), len(keys), keys & set(story.rows(unknown))) == (before, 2, set())
    words = ("vera", "maybury", "verity", "vole", "kim", "quilla")
    assert story.words_on_roster(*words, key=OTHER_KEY) == ["kim", "quilla", "vole"]
    assert story.rows("SELECT DISTINCT key_id FROM staging.name_token") == [(NEW.key_id,)]


@pytest.mark.heavy
def test_approvals_follow_their_response_and_the_trail_goes_on(story):
    answered = "SELECT response_key FROM core.fact_response WHERE submitted_at = '2022-03-10 14:00'"
    with duckdb.connect(str(story.settings.warehouse_file)) as connection:
        connection.execute(
            "INSERT INTO ops.quotation_approval "
            f"SELECT response_key, 'why', 'digest', 'lead', now()::timestamp FROM ({answered}) "
            "UNION ALL SELECT 'gone', 'why', 'digest', 'lead', now()::timestamp"
        )
    records = story.rows("SELECT record_hash FROM ops.audit ORDER BY sequence_n")
    rotation = rotate(story.settings, story.ingest, NEW, dry_run=False)
    story.refresh()
    assert story.rows("SELECT response_key FROM ops.quotation_approval") == story.rows(answered)
    assert rotation.not_carried_n == 1
    trail = story.rows("SELECT record_hash, action FROM ops.audit ORDER BY sequence_n")
    assert [record for record, _ in trail][: len(records)] == [record for (record,) in records]
    assert [action for _, action in trail][len(records) :] == ["rotation", "key_use"]


@pytest.mark.heavy
def test_a_dry_run_changes_nothing(story):
    before = pseudonyms(story)
    assert rotate(story.settings, story.ingest, NEW, dry_run=True).rows_n == 16
    assert pseudonyms(story) == before
    assert list(story.settings.data_dir.glob("rewritten*")) == []


def test_without_the_deliveries_there_is_no_rotation(story):
    before = pseudonyms(story)
    shutil.rmtree(story.settings.data_dir / "landing" / "presence")
    with pytest.raises(ConfigurationError, match=r"1 of 4 deliveries .*rotation_needs_deliveries"):
        rotate(story.settings, story.ingest, NEW, dry_run=False)
    assert pseudonyms(story) == before


@pytest.mark.heavy
def test_a_delivery_that_changed_since_is_refused(story):
    before = pseudonyms(story)
    story.deliver({"presence": FIRST["presence"][1:]}, day="2022-04-01")
    with pytest.raises(CheckFailedError, match="rotation_reads_the_same"):
        rotate(story.settings, story.ingest, NEW, dry_run=False)
    assert pseudonyms(story) == before


def test_the_present_key_is_no_new_one(story):
    with pytest.raises(UsageError, match="key_is_new"):
        rotate(story.settings, story.ingest, Pseudonymiser(KEY), dry_run=False)


PERSON_CODES = "SELECT person_code FROM ops.released_contribution"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Story, pd.DataFrame]:
    """Return a crowd's installation after a first release and a rotation, and that release."""
    story = crowded_story(tmp_path_factory.mktemp("crowd") / "story")
    story.load()
    released = cells_by_key(story.release())
    before = set(story.rows(PERSON_CODES))
    rotation = rotate(story.settings, story.ingest, NEW, dry_run=False)
    story.refresh()
    after = set(story.rows(PERSON_CODES))
    assert rotation.not_carried_n == 0
    assert (len(before), before & after) == (len(after), set())
    return story, released


def test_after_a_rotation_the_ledger_of_releases_knows_everybody_again(crowd):
    story, released = crowd
    pd.testing.assert_frame_equal(cells_by_key(story.release()), released)
    populations = {population for population, *_ in story.rows(PRESENT)}
    assert {"attended", "unidentified", "answered/before", "R2/item", "booked"} <= populations
    assert set(story.rows(PRESENT)) == set(story.rows(RELEASED))


def test_fewer_than_eleven_people_change_no_cell_across_a_rotation(crowd):
    story, released = crowd
    story.deliver(people(range(100, 110)), day="2022-05-04")
    story.load(OTHER_KEY, day="2022-05-04")
    pd.testing.assert_frame_equal(cells_by_key(story.release()), released)
    story.deliver(people(range(110, 112)), day="2022-05-05")
    story.load(OTHER_KEY, day="2022-05-05")
    reach = ("R1", "persons", "all", "all", "all")
    assert cells_by_key(story.release()).loc[reach, "value"] != released.loc[reach, "value"]


def test_who_is_in_the_ledger_alone_is_not_carried(story):
    with duckdb.connect(str(story.settings.warehouse_file)) as connection:
        connection.execute("INSERT INTO ops.released_contribution VALUES ('attended', 1, 2, 3, 1, NULL)")
    assert rotate(story.settings, story.ingest, NEW, dry_run=False).not_carried_n == 1
    assert story.rows(PERSON_CODES) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            "(SELECT max(person_key) FROM staging.booking WHERE person_key <> '{vera}')",
            marks=pytest.mark.heavy,
        ),
        "repeat('0', 32)",
    ],
)
def test_a_warehouse_that_takes_two_persons_for_one_or_one_for_two_is_refused(story, other):
    vera = Pseudonymiser(KEY).person_keys(pd.Series([VERA], dtype="str"))[0]
    one_booking = f"SELECT min(version_key) FROM staging.booking WHERE person_key = '{vera}'"
    with duckdb.connect(str(story.settings.warehouse_file)) as connection:
        code = other.format(vera=vera)
        connection.execute(
            f"UPDATE staging.booking SET person_key = {code} WHERE version_key = ({one_booking})"
        )
    before = pseudonyms(story)
    with pytest.raises(CheckFailedError, match="rotation_is_one_to_one"):
        rotate(story.settings, story.ingest, NEW, dry_run=False)
    assert pseudonyms(story) == before
