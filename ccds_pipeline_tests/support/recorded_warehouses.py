"""The tables of a warehouse as each version made them, recorded as statements.

``python -m ccds_pipeline_tests.support.recorded_warehouses`` records those of a new version.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.migrations import schema_version
from ccds_pipeline.warehouse.tables import create_warehouse
from ccds_pipeline_tests.support.paths import DATA

FOLDER = DATA / "warehouse"
# Of a version that is not numbered alone: a warehouse of version 0 that the code of version 1 went on with.
_VERSIONS = {"v1_made_by_v0": 1}


def recorded() -> dict[str, int]:
    """Return the names of the recorded warehouses, with the version of each."""
    names = sorted(file.stem for file in FOLDER.glob("v*.sql"))
    return {name: _VERSIONS.get(name) or int(name.removeprefix("v")) for name in names}


def make_recorded(name: str, file: Path) -> None:
    """Make an empty warehouse as that version made it; from version 2 on the tables note it themselves."""
    version = recorded()[name]
    with duckdb.connect(str(file)) as connection:
        connection.execute((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
        if version > 1:
            connection.execute("INSERT INTO ops.installation VALUES ('', ?)", [version])


def catalogue_of(file: Path) -> set[tuple[object, ...]]:
    """Return tables, columns, constraints and comments of a database file, one row each."""
    column = "schema_name, table_name, column_index, column_name, data_type, is_nullable, comment"
    queries = [
        "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE NOT internal",
        f"SELECT {column} FROM duckdb_columns() WHERE NOT internal",
        "SELECT schema_name, table_name, constraint_text FROM duckdb_constraints()",
    ]
    with duckdb.connect(str(file), read_only=True) as connection:
        return {row for query in queries for row in connection.execute(query).fetchall()}


def statements_of(file: Path) -> str:
    """Return the statements that make the tables of a database file, without rows; all but its comments."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return "\n".join(_statements(connection)) + "\n"


def _statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    schemas = connection.execute(
        "SELECT DISTINCT schema_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    yield from (f"CREATE SCHEMA {schema};" for (schema,) in schemas)
    tables = connection.execute("SELECT sql FROM duckdb_tables() WHERE NOT internal ORDER BY table_oid")
    yield from (statement for (statement,) in tables.fetchall())


def make_present(file: Path) -> None:
    """Make a new warehouse of the present version."""
    with open_database(file) as engine, engine.begin() as connection:
        create_warehouse(connection)


def record_present() -> None:
    """Record the tables of a version that is not recorded yet."""
    with TemporaryDirectory() as made, (FOLDER / f"v{schema_version()}.sql").open("x") as record:
        make_present(Path(made) / "warehouse.duckdb")
        record.write(statements_of(Path(made) / "warehouse.duckdb"))


if __name__ == "__main__":
    record_present()
