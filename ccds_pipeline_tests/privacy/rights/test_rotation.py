"""A new key: no pseudonym stays, nobody is split or merged, and the old key leads nowhere (A4)."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import duckdb
import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import CheckFailedError, ConfigurationError, UsageError
from ccds_pipeline.programme.model import Retention
from ccds_pipeline.rights.erasure import erase
from ccds_pipeline.rights.retention import apply_retention
from ccds_pipeline.rights.rotation import rotate
from ccds_pipeline.schemas.register import pseudonym_columns, restricted_tables
from ccds_pipeline_tests.support.many_people import (
    PRESENT,
    RELEASED,
    cells_by_key,
    people,
    scenario_with_many_people,
)
from ccds_pipeline_tests.support.rights_scenario import (
    FIRST,
    KEY,
    NAMED,
    NAMED_DAY,
    NAMED_HEADERS,
    OTHER_KEY,
    VERA,
    Scenario,
)

pytestmark = pytest.mark.attack("A4")

NEW = Pseudonymiser(OTHER_KEY)


def pseudonyms(scenario: Scenario) -> dict[str, set[object]]:
    """Return every pseudonym of the warehouse, by table and column."""
    places = [(table.full_name, name) for table in restricted_tables() for name in pseudonym_columns(table)]
    found = scenario.all_rows(f"SELECT DISTINCT {name} FROM {table}" for table, name in places)
    return {
        f"{table}.{name}": {code for (code,) in rows} - {None, ""}
        for (table, name), rows in zip(places, found, strict=True)
    }


def partition(scenario: Scenario) -> list[object]:
    """Return which delivered rows belong together: a group per person, booking reference and record."""
    groups = []
    for key in ("person_key", "reference_key", "record_key"):
        column = "sighting.record_key" if key == "record_key" else key
        groups += scenario.rows(
            "SELECT list_sort(list(concat_ws(' ', source_id, delivery_on, until_on, told))) "
            "FROM staging.sighting JOIN ("
            "SELECT version_key, person_key, reference_key, concat_ws(' ', session_code, status) AS told "
            "FROM staging.booking UNION ALL "
            "SELECT version_key, person_key, reference_key, concat_ws(' ', session_code, joined_at, left_at) "
            "FROM staging.attendance UNION ALL "
            "SELECT version_key, person_key, reference_key, concat_ws(' ', session_code, submitted_at) "
            "FROM staging.response) AS version "
            f"ON sighting.version_key = version.version_key GROUP BY {column}, {column} IS NULL"
        )
    return sorted((rows for (rows,) in groups), key=str)


def kpis(scenario: Scenario) -> list[tuple[object, ...]]:
    return scenario.rows("SELECT kpi_id, breakdown, level, value, denominator FROM kpi.kpi ORDER BY ALL")


def test_id_sets_are_disjoint_and_the_partition_is_identical(scenario):
    before, together, values = pseudonyms(scenario), partition(scenario), kpis(scenario)
    rotation = rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    scenario.refresh()
    after = pseudonyms(scenario)
    assert len(set().union(*before.values())) > 20
    assert set().union(*before.values()) & set().union(*after.values()) == set()
    assert {name: len(codes) for name, codes in after.items()} == {n: len(c) for n, c in before.items()}
    assert (partition(scenario), kpis(scenario)) == (together, values)
    assert (rotation.rows_n, rotation.not_carried_n) == (16, 0)
    assert scenario.rows("SELECT DISTINCT key_id FROM ops.delivery") == [(NEW.key_id,)]


def test_no_byte_of_an_old_pseudonym_is_left_and_the_old_key_leads_nowhere(scenario):
    old = {str(code) for codes in pseudonyms(scenario).values() for code in codes}
    assert any(code.encode() in scenario.settings.warehouse_file.read_bytes() for code in old)
    rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    scenario.refresh()
    content = scenario.settings.warehouse_file.read_bytes()
    assert [code for code in old if code.encode() in content] == []
    person = Pseudonymiser(KEY).person_keys(pd.Series([VERA], dtype="str"))[0]
    assert person.encode() not in content
    assert list(scenario.settings.data_dir.glob("rewritten*")) == []


@pytest.mark.heavy
def test_runs_that_were_parted_and_cut_and_rejected_rows_rotate(scenario):
    bookings = FIRST["bookings"]
    for day, rows in (("2022-04-20", bookings), ("2022-04-10", bookings[1:]), ("2022-04-15", [])):
        scenario.deliver({"bookings": rows}, day=day)
        scenario.load(day=day)
    scenario.deliver(NAMED, day=NAMED_DAY, headers=NAMED_HEADERS)
    scenario.load(day=NAMED_DAY)
    days = Retention(source="Schedule 3", comments=200, records=200, ledger=300)
    cut = date(2022, 4, 2) + timedelta(days=200)
    assert apply_retention(scenario.settings, days, today=cut, dry_run=False)["records"] == 12
    scenario.refresh()
    rejected = "SELECT source_id, delivery_on FROM staging.rejected_record"
    before = partition(scenario), scenario.rows(rejected)
    assert len(before[1]) == 1
    rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    scenario.refresh()
    assert (partition(scenario), scenario.rows(rejected)) == before


def test_later_deliveries_join_the_same_person_under_the_new_key(scenario):
    rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    scenario.deliver({"survey": [f"77,{VERA},,S-1,2022-03-20 13:00,3,Late"]}, day="2022-06-01")
    with pytest.raises(ConfigurationError, match="one_key"):
        scenario.load(KEY)
    scenario.load(OTHER_KEY)
    assert scenario.rows("SELECT count(DISTINCT person_key) FROM staging.booking") == [(3,)]
    late = "SELECT count(*) FROM core.fact_response JOIN core.fact_booking USING (participant_key)"
    assert scenario.rows(f"{late} WHERE submitted_at = '2022-03-20 13:00'") == [(1,)]


@pytest.mark.heavy
def test_who_was_erased_stays_away_under_the_new_key(scenario):
    erase(scenario.settings, scenario.ingest.programme, scenario.ingest.pseudonymiser, VERA, dry_run=False)
    scenario.refresh()
    counts = "SELECT source_id, delivery_on, loaded_n, excluded_n FROM ops.delivery ORDER BY ALL"
    before = scenario.rows(counts), len(scenario.rows("FROM ops.suppressed_person"))
    rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    assert scenario.rows(counts) == before[0]
    scenario.deliver({"survey": [FIRST["survey"][1]]}, day="2022-06-01")
    scenario.load(OTHER_KEY)
    assert scenario.rows(
        "SELECT loaded_n, excluded_n FROM ops.delivery WHERE delivery_on = '2022-06-01'"
    ) == [(0, 1)]
    assert scenario.rows("SELECT count(*) FROM staging.response") == [(2,)]


@pytest.mark.heavy
def test_unknown_columns_are_still_told_and_words_of_who_was_erased_stay_off_the_roster(scenario):
    scenario.deliver(NAMED, day=NAMED_DAY, headers=NAMED_HEADERS)
    scenario.load(day=NAMED_DAY)
    erase(scenario.settings, scenario.ingest.programme, scenario.ingest.pseudonymiser, VERA, dry_run=False)
    scenario.load(day=NAMED_DAY)  # what an erasure reopens
    drift = "SELECT source_id, delivery_on, change, column_name, column_key = '' FROM ops.drift ORDER BY ALL"
    unknown = "SELECT column_key FROM ops.drift WHERE column_key <> ''"
    before, keys = scenario.rows(drift), set(scenario.rows(unknown))
    assert rotate(scenario.settings, scenario.ingest, NEW, dry_run=False).not_carried_n == 0
    assert (scenario.rows(drift), len(keys), keys & set(scenario.rows(unknown))) == (before, 2, set())
    words = ("vera", "maybury", "verity", "vole", "kim", "quilla")
    assert scenario.words_on_roster(*words, key=OTHER_KEY) == ["kim", "quilla", "vole"]
    assert scenario.rows("SELECT DISTINCT key_id FROM staging.name_token") == [(NEW.key_id,)]


@pytest.mark.heavy
def test_approvals_follow_their_response_and_the_trail_goes_on(scenario):
    answered = "SELECT response_key FROM core.fact_response WHERE submitted_at = '2022-03-10 14:00'"
    with duckdb.connect(str(scenario.settings.warehouse_file)) as connection:
        connection.execute(
            "INSERT INTO ops.quotation_approval "
            f"SELECT response_key, 'why', 'digest', 'lead', now()::timestamp FROM ({answered}) "
            "UNION ALL SELECT 'gone', 'why', 'digest', 'lead', now()::timestamp"
        )
    records = scenario.rows("SELECT record_hash FROM ops.audit ORDER BY sequence_n")
    rotation = rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    scenario.refresh()
    assert scenario.rows("SELECT response_key FROM ops.quotation_approval") == scenario.rows(answered)
    assert rotation.not_carried_n == 1
    trail = scenario.rows("SELECT record_hash, action FROM ops.audit ORDER BY sequence_n")
    assert [record for record, _ in trail][: len(records)] == [record for (record,) in records]
    assert [action for _, action in trail][len(records) :] == ["rotation", "key_use"]


@pytest.mark.heavy
def test_a_dry_run_changes_nothing(scenario):
    before = pseudonyms(scenario)
    assert rotate(scenario.settings, scenario.ingest, NEW, dry_run=True).rows_n == 16
    assert pseudonyms(scenario) == before
    assert list(scenario.settings.data_dir.glob("rewritten*")) == []


def test_without_the_deliveries_there_is_no_rotation(scenario):
    before = pseudonyms(scenario)
    shutil.rmtree(scenario.settings.data_dir / "landing" / "presence")
    with pytest.raises(ConfigurationError, match=r"1 of 4 deliveries .*rotation_needs_deliveries"):
        rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    assert pseudonyms(scenario) == before


@pytest.mark.heavy
def test_a_delivery_that_changed_since_is_refused(scenario):
    before = pseudonyms(scenario)
    scenario.deliver({"presence": FIRST["presence"][1:]}, day="2022-04-01")
    with pytest.raises(CheckFailedError, match="rotation_reads_the_same"):
        rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    assert pseudonyms(scenario) == before


def test_the_present_key_is_no_new_one(scenario):
    with pytest.raises(UsageError, match="key_is_new"):
        rotate(scenario.settings, scenario.ingest, Pseudonymiser(KEY), dry_run=False)


PERSON_CODES = "SELECT person_code FROM ops.released_contribution"


@pytest.fixture(scope="module")
def many_people(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, pd.DataFrame]:
    """Return the installation of many people after a first release and a rotation, and that release."""
    scenario = scenario_with_many_people(tmp_path_factory.mktemp("many_people") / "scenario")
    scenario.load()
    released = cells_by_key(scenario.release())
    before = set(scenario.rows(PERSON_CODES))
    rotation = rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    scenario.refresh()
    after = set(scenario.rows(PERSON_CODES))
    assert rotation.not_carried_n == 0
    assert (len(before), before & after) == (len(after), set())
    return scenario, released


def test_after_a_rotation_the_ledger_of_releases_knows_everybody_again(many_people):
    scenario, released = many_people
    pd.testing.assert_frame_equal(cells_by_key(scenario.release()), released)
    populations = {population for population, *_ in scenario.rows(PRESENT)}
    assert {"attended", "unidentified", "answered/before", "R2/item", "booked"} <= populations
    assert set(scenario.rows(PRESENT)) == set(scenario.rows(RELEASED))


def test_fewer_than_eleven_people_change_no_cell_across_a_rotation(many_people):
    scenario, released = many_people
    scenario.deliver(people(range(100, 110)), day="2022-05-04")
    scenario.load(OTHER_KEY, day="2022-05-04")
    pd.testing.assert_frame_equal(cells_by_key(scenario.release()), released)
    scenario.deliver(people(range(110, 112)), day="2022-05-05")
    scenario.load(OTHER_KEY, day="2022-05-05")
    reach = ("R1", "persons", "all", "all", "all")
    assert cells_by_key(scenario.release()).loc[reach, "value"] != released.loc[reach, "value"]


def test_who_is_in_the_ledger_alone_is_not_carried(scenario):
    with duckdb.connect(str(scenario.settings.warehouse_file)) as connection:
        connection.execute("INSERT INTO ops.released_contribution VALUES ('attended', 1, 2, 3, 1, NULL)")
    assert rotate(scenario.settings, scenario.ingest, NEW, dry_run=False).not_carried_n == 1
    assert scenario.rows(PERSON_CODES) == []


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
def test_a_warehouse_that_takes_two_persons_for_one_or_one_for_two_is_refused(scenario, other):
    vera = Pseudonymiser(KEY).person_keys(pd.Series([VERA], dtype="str"))[0]
    one_booking = f"SELECT min(version_key) FROM staging.booking WHERE person_key = '{vera}'"
    with duckdb.connect(str(scenario.settings.warehouse_file)) as connection:
        code = other.format(vera=vera)
        connection.execute(
            f"UPDATE staging.booking SET person_key = {code} WHERE version_key = ({one_booking})"
        )
    before = pseudonyms(scenario)
    with pytest.raises(CheckFailedError, match="rotation_is_one_to_one"):
        rotate(scenario.settings, scenario.ingest, NEW, dry_run=False)
    assert pseudonyms(scenario) == before
