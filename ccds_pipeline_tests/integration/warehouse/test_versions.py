"""A warehouse of an older version is backed up and brought up to date; nothing that is kept is lost."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.schemas.register import kept_tables
from ccds_pipeline.warehouse import versions
from ccds_pipeline.warehouse.backup import backups_of
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.migrations import migrations, schema_version
from ccds_pipeline_tests.support.recorded_warehouses import (
    FOLDER,
    catalogue_of,
    make_present,
    make_recorded,
    recorded,
    statements_of,
)

OLDER = {name: version for name, version in recorded().items() if version < schema_version()}
WHAT_TO_DO = """
The tables of the register are not those of version {0}. Write sql/migrations/{1:04d}_<what>.sql, as
docs/warehouse.md says; that makes it version {1}. Then record that one:
python -m ccds_pipeline_tests.support.recorded_warehouses
"""
DAY = "'2022-01-0{n}'"
VALUES = {
    "VARCHAR": "'{n}'", "BIGINT": "{n}", "DOUBLE": "{n}", "BOOLEAN": "true", "TIMESTAMP": DAY, "DATE": DAY,
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def fill(file: Path) -> None:
    """Put two rows into every table whose rows are kept."""
    with duckdb.connect(str(file)) as connection:
        for table in kept_in(connection):
            columns, allowed = (
                connection.execute(f"DESCRIBE {table}").fetchall(),
                allowed_in(connection, table),
            )
            for number in (1, 2):
                values = [allowed.get(name) or value_of(name, kind, number) for name, kind, *_ in columns]
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join(values)})")


def allowed_in(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Return a value that its check allows, by column."""
    checks = "SELECT constraint_text FROM duckdb_constraints() WHERE schema_name || '.' || table_name = ?"
    texts = connection.execute(checks, [table]).fetchall()
    return dict(re.findall(r"(\w+)\"? IN \(('[^']+')", " ".join(text for (text,) in texts)))


def value_of(name: str, kind: str, number: int) -> str:
    """Return a value that differs by row, but for counts, which have to add up."""
    is_count = name.endswith("_n") and name != "sequence_n"
    return VALUES[kind].format(n=0 if is_count else number)


def kept_in(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the tables of a warehouse whose rows are kept; which version it is of is not such a row."""
    kept = {table.full_name for table in kept_tables()} - {"ops.installation"}
    found = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    return [name for (name,) in found if name in kept]


def rows_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table whose rows are kept."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = kept_in(connection)
        return {name: sorted(connection.execute(f"FROM {name}").fetchall(), key=str) for name in names}


def bring_up_to_date(file: Path) -> None:
    with open_warehouse(file):
        pass


def test_the_recorded_tables_are_those_of_the_register(file):
    make_present(file)
    record = (FOLDER / f"v{schema_version()}.sql").read_text(encoding="utf-8")
    changed = set(statements_of(file).splitlines()) ^ set(record.splitlines())
    todo = WHAT_TO_DO.format(schema_version(), schema_version() + 1)
    assert changed == set(), todo


def test_versions_are_numbered_without_a_gap_and_each_is_recorded():
    assert list(migrations()) == list(range(1, schema_version() + 1))
    assert set(recorded().values()) == set(range(schema_version() + 1))


def sightings(before: dict[str, list[tuple[object, ...]]], version: int) -> list[tuple[object, ...]]:
    """Return what becomes of sightings: until version 4 they had a line, and each was of one delivery."""
    rows = before["staging.sighting"]
    if version >= 4:
        return rows
    return [(source, day, day, record, version, file) for source, day, record, version, file, _ in rows]


@pytest.mark.parametrize("name", OLDER)
def test_an_older_warehouse_has_the_tables_of_a_new_one_and_the_rows_that_it_had(tmp_path, file, name):
    make_recorded(name, file)
    fill(file)
    before = rows_of(file)
    assert {len(rows) for rows in before.values()} == {2}
    bring_up_to_date(file)
    make_present(tmp_path / "new.duckdb")
    assert catalogue_of(file) == catalogue_of(tmp_path / "new.duckdb")
    after = rows_of(file)
    assert {table: after[table] for table in before} == before | {
        "staging.sighting": sightings(before, recorded()[name])
    }
    bring_up_to_date(file)
    assert len(backups_of(file)) == 1


@pytest.mark.parametrize("name", OLDER)
def test_what_an_older_warehouse_was_is_kept_as_a_private_backup(file, name, caplog):
    make_recorded(name, file)
    fill(file)
    tables, rows = catalogue_of(file), rows_of(file)
    bring_up_to_date(file)
    (backup,) = backups_of(file)
    assert (catalogue_of(backup), rows_of(backup)) == (tables, rows)
    assert backup.name.startswith(f"warehouse-v{OLDER[name]}-20")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700
    assert str(backup) in caplog.text
    assert list(backup.parent.iterdir()) == [backup]


def test_a_migration_that_fails_changes_nothing(file, monkeypatch):
    make_recorded("v0", file)
    fill(file)
    tables, rows = catalogue_of(file), rows_of(file)
    monkeypatch.setattr(
        versions, "migrations", lambda: {**migrations(), 2: "DROP TABLE ops.release; FROM none"}
    )
    with pytest.raises(CcdsError):
        bring_up_to_date(file)
    assert (catalogue_of(file), rows_of(file)) == (tables, rows)


def test_without_a_backup_nothing_is_changed(file):
    make_recorded("v0", file)
    (file.parent / "backups").touch()  # so that there can be no folder of that name
    tables = catalogue_of(file)
    with pytest.raises(CcdsError, match="backup_reads_back"):
        bring_up_to_date(file)
    assert catalogue_of(file) == tables


def test_sightings_of_one_version_by_deliveries_in_a_row_become_one(file):
    make_recorded("v3", file)
    days = ["2022-01-01", "2022-01-08", "2022-01-09", "2022-02-01"]
    with duckdb.connect(str(file)) as connection:
        columns = connection.execute("DESCRIBE ops.delivery").fetchall()
        for day in days:
            values = {
                name: allowed_in(connection, "ops.delivery").get(name) or value_of(name, kind, 1)
                for name, kind, *_ in columns
            }
            values |= {"source_id": "'s'", "delivery_on": f"'{day}'"}
            connection.execute(f"INSERT INTO ops.delivery VALUES ({', '.join(values.values())})")
            if day != days[2]:
                connection.execute(f"INSERT INTO staging.sighting VALUES ('s', '{day}', 'r', 'v', 1, 2)")
    bring_up_to_date(file)
    (rows,) = [rows for name, rows in rows_of(file).items() if name == "staging.sighting"]
    runs = [(str(first), str(last)) for _, first, last, *_ in rows]
    assert runs == [(days[0], days[1]), (days[3], days[3])]


def test_a_newer_warehouse_is_refused_and_stays_as_it_is(file):
    make_present(file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE ops.installation SET schema_version = 99")
    for read_only in (True, False):
        with (
            pytest.raises(ConfigurationError, match=r"of version 99.*\n.*backups/"),
            open_warehouse(file, read_only=read_only),
        ):
            pass
    assert backups_of(file) == []


@pytest.mark.parametrize("name", OLDER)
def test_an_older_warehouse_is_not_read_but_the_user_told_to_run(file, name):
    make_recorded(name, file)
    with pytest.raises(ConfigurationError, match="Run ccds run once"), open_warehouse(file, read_only=True):
        pass
    assert backups_of(file) == []
