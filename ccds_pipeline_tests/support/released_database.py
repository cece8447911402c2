"""Small released databases of invented rows, with the columns that the register declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from ccds_pipeline.schemas.contract import TABLES_VERSION
from ccds_pipeline.schemas.register import Table, table_of, tables_of
from ccds_pipeline_tests.support.released_rows import OF_ONE_RELEASE, Row

_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "instant": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
_ANY: dict[str, object] = {
    "text": "any",
    "integer": 1,
    "number": 1.0,
    "date": date(2022, 3, 1),
    "boolean": False,
}


def write_released_database(
    path: Path,
    kpis: Iterable[Row] = (),
    *,
    name: str = "Welcome to the Ward",
    note: str = "",
    sources: Iterable[Row] = (),
    claims: Iterable[Row] = (),
    chart_points: Iterable[Row] = (),
) -> Path:
    """Write ``path`` with the given rows and one release of one programme."""
    release = {
        "release_id": "release-7",
        "released_at": datetime(2022, 10, 3, 5, 30),  # noqa: DTZ001  # UTC
        "tables_version": TABLES_VERSION,
    }
    rows: dict[str, list[Row]] = {
        "reporting.kpi": list(kpis),
        "reporting.claim": list(claims),
        "reporting.control_chart": list(chart_points),
        "reporting.programme": [{"programme_id": "welcome", "name": name, "note": note or None}],
        "reporting.data_status": list(sources),
        "reporting.release": [{**OF_ONE_RELEASE, **release}],
    }
    rows |= _dimensions(rows)
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA reporting")
        for table in tables_of("reporting"):
            _write_table(connection, table, rows.get(table.full_name, []))
    return path


def _dimensions(rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Return a row of each dimension for all that rows refer to, with any value in its other columns."""
    keys: dict[str, set[tuple[object, ...]]] = {}
    for table in tables_of("reporting"):
        for target, columns in table.references.items():
            found = {tuple(row.get(name) for name in columns) for row in rows.get(table.full_name, [])}
            keys.setdefault(target, set()).update(key for key in found if None not in key)
    return {
        target: [
            _any_row(table_of(target)) | dict(zip(table_of(target).key, key, strict=True)) for key in found
        ]
        for target, found in keys.items()
    }


def _any_row(table: Table) -> dict[str, object]:
    required = [column for column in table.columns if not column.nullable]
    return {column.name: column.allowed[0] if column.allowed else _ANY[column.type] for column in required}


def _write_table(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    name = table.full_name
    columns = ", ".join(f"{column.name} {_TYPES[column.type]}" for column in table.columns)
    connection.execute(f"CREATE TABLE {name} ({columns})")
    marks = ", ".join("?" for _ in table.columns)
    for row in rows:
        connection.execute(
            f"INSERT INTO {name} VALUES ({marks})",  # names of the register
            [row.get(name) for name in table.column_names],
        )
