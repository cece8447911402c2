"""Every column of every zone, and every delivered field, is declared with class, purpose and retention."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import duckdb
import pytest

from ccds_pipeline.programme.model import CanonicalField
from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.schemas.dictionary import RETENTION, data_dictionary, field_entries
from ccds_pipeline.schemas.files import read_delivered
from ccds_pipeline.schemas.register import all_tables, restricted_tables, tables_of
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.rights_scenario import new_scenario

_COLUMNS = (
    "SELECT table_schema || '.' || table_name || '.' || column_name FROM information_schema.columns "
    "WHERE table_catalog = current_database()"
)


def columns_of(file: Path) -> set[str]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return {name for (name,) in connection.execute(_COLUMNS).fetchall()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """Return the columns of a warehouse and of a release, as a run makes them."""
    scenario = new_scenario(tmp_path_factory.mktemp("register") / "scenario")
    scenario.load()
    settings = scenario.settings
    with open_warehouse(settings.warehouse_file) as engine:
        build_candidate(engine, scenario.ingest.programme, settings.candidate_file, note="")
        publish_candidate(
            engine, scenario.ingest.programme, settings.candidate_file, settings.reporting_file, inputs="test"
        )
    return columns_of(settings.warehouse_file), columns_of(settings.reporting_file)


def test_the_warehouse_holds_the_declared_columns_and_no_other(made):
    declared = {f"{one.zone}.{one.table}.{one.column}" for one in field_entries(restricted_tables())}
    assert made[0] == declared


def test_the_release_holds_the_declared_columns_and_no_other(made):
    declared = {f"reporting.{one.table}.{one.column}" for one in field_entries(tables_of("reporting"))}
    assert made[1] == declared


def test_every_column_has_meaning_purpose_and_retention():
    for entry in field_entries(all_tables()):
        assert entry.meaning
        assert entry.purpose
        assert entry.retention in RETENTION


def test_every_quasi_identifier_of_a_person_says_how_it_was_generalised():
    quasi = [entry for entry in field_entries(all_tables()) if entry.privacy == "quasi_identifier"]
    assert {"organisation_code", "staff_group", "region_code"} <= {entry.column for entry in quasi}
    assert [entry for entry in quasi if not entry.generalisation] == []


def test_every_pseudonym_is_text_so_that_erasure_and_rotation_find_it():
    """The codes of the release ledger are numbers: erasure forgets them by name, rotation leaves them out."""
    numbers = {
        entry.column
        for entry in field_entries(all_tables())
        if entry.privacy == "pseudonym" and entry.type != "text"
    }
    assert numbers == {"person_code", "noise_key"}


def test_no_table_holds_a_direct_identifier_or_special_category_data():
    assert {e.privacy for e in field_entries(all_tables())} & {
        "direct_identifier",
        "special_category",
    } == set()


def test_the_release_holds_no_pseudonym_and_no_text_of_a_person():
    classes = {entry.privacy for entry in field_entries(tables_of("reporting"))}
    assert classes == {"safe"}


def test_what_rests_on_persons_is_kept_no_longer_than_their_records():
    kept = {f"{e.zone}.{e.table}.{e.column}": e.retention for e in field_entries(all_tables())}
    assert kept["core.fact_response.participant_key"] == "records"
    assert kept["kpi.valid_response.wave"] == "records"
    assert kept["core.fact_comment.redacted_text"] == "comments"
    assert kept["ops.delivery.received_n"] == "ledger"
    assert kept["ops.audit.details"] == "evidence"
    assert kept["kpi.kpi.value"] == "results"


def test_every_field_of_a_source_says_what_becomes_of_it():
    assert set(read_delivered().canonical) == set(get_args(CanonicalField))


def test_what_becomes_of_a_field_is_a_column_of_staging_and_never_the_identifier_itself():
    delivered = read_delivered()
    staged = {column.name: column.privacy for table in tables_of("staging") for column in table.columns}
    for field in (*delivered.canonical.values(), *delivered.other.values()):
        assert set(field.columns) <= set(staged)
        assert bool(field.columns) == (field.fate not in {"dropped", "used and dropped"})
        if field.privacy == "direct_identifier":
            assert {staged[name] for name in field.columns} <= {"pseudonym"}


def test_the_dictionary_names_every_column_and_field():
    page, delivered = data_dictionary(), read_delivered()
    for entry in field_entries(all_tables()):
        assert f"\n## {entry.zone}.{entry.table}\n" in page
        assert f"| {entry.column} | {entry.type} | {entry.privacy} | {entry.meaning} |" in page
    for name in (*delivered.canonical, *delivered.other):
        assert f"| {name} |" in page
