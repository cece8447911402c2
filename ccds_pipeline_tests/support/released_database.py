"""Small released databases of invented rows, with the columns that the register declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from ccds_pipeline.schemas.contract import TABLES_VERSION
from ccds_pipeline.schemas.register import Table, table_of, tables_of
from ccds_pipeline.warehouse.select_files import select_statement
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
    tables: Mapping[str, Iterable[Row]] | None = None,
    earlier: Iterable[Row] = (),
) -> Path:
    """Write ``path`` with the given rows and one release of one programme; derived tables are derived.

    Args:
        path: A new file.
        kpis: Rows of ``kpi``, and so on.
        name: Of the programme.
        note: Said of its data.
        sources: Rows of ``data_status``.
        claims: Rows of ``claim``.
        chart_points: Rows of ``control_chart``.
        tables: Rows of other tables by name; dimensions get what else rows refer to.
        earlier: Rows of ``release_history`` of earlier releases.
    """
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
        **{f"reporting.{table}": list(given) for table, given in (tables or {}).items()},
    }
    for dimension, referred in _dimensions(rows).items():
        rows[dimension] = [*rows.get(dimension, []), *referred]
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA reporting")
        for table in tables_of("reporting"):
            _write_table(connection, table, rows.get(table.full_name, []))
        _derive(connection, list(earlier))
    return path


def _derive(connection: duckdb.DuckDBPyConnection, earlier: list[Row]) -> None:
    """Fill the derived tables by the statements of the product."""
    history = table_of("reporting.release_history")
    connection.execute("CREATE TEMP TABLE earlier_release AS SELECT * FROM reporting.release_history")
    _insert(connection, "earlier_release", history, earlier)
    for table in tables_of("reporting", "derived"):
        connection.execute(
            f"INSERT INTO {table.full_name} ({', '.join(table.column_names)}) {select_statement(table)}"
        )


def _dimensions(rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Return a row of each dimension for all that rows refer to and that is not there.

    What the row that refers to it says of it stands in it, and any value in its other columns.
    """
    found: dict[str, dict[tuple[object, ...], Row]] = {}
    for table in tables_of("reporting"):
        for target, columns in table.references.items():
            if target == "reporting.dim_date":
                continue
            there = {_key(row, table_of(target).key) for row in rows.get(target, [])}
            for row in rows.get(table.full_name, []):
                key = _key(row, columns)
                if None not in key and key not in there:
                    said = {name: row[name] for name in table_of(target).column_names if name in row}
                    of = dict(zip(table_of(target).key, key, strict=True))
                    found.setdefault(target, {}).setdefault(key, _any_row(table_of(target)) | said | of)
    return {target: list(by_key.values()) for target, by_key in found.items()}


def _key(row: Row, columns: Iterable[str]) -> tuple[object, ...]:
    return tuple(row.get(name) for name in columns)


def _any_row(table: Table) -> dict[str, object]:
    required = [column for column in table.columns if not column.nullable]
    return {column.name: column.allowed[0] if column.allowed else _ANY[column.type] for column in required}


def _write_table(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    columns = ", ".join(f"{column.name} {_TYPES[column.type]}" for column in table.columns)
    connection.execute(f"CREATE TABLE {table.full_name} ({columns})")
    _insert(connection, table.full_name, table, rows)


def _insert(connection: duckdb.DuckDBPyConnection, name: str, table: Table, rows: list[Row]) -> None:
    marks = ", ".join("?" for _ in table.columns)
    for row in rows:
        connection.execute(
            f"INSERT INTO {name} VALUES ({marks})",  # names of the register
            [row.get(column) for column in table.column_names],
        )
