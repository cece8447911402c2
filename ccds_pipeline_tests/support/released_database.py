"""Small released databases of invented rows, with the columns that the register declares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb

from ccds_pipeline.schemas.register import Table, tables_of
from ccds_pipeline_tests.support.released_rows import OF_ONE_RELEASE, Row

_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "instant": "TIMESTAMP",
    "boolean": "BOOLEAN",
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
    release = {"release_id": "release-7", "released_at": datetime(2022, 10, 3, 5, 30)}  # noqa: DTZ001  # UTC
    rows: dict[str, list[Row]] = {
        "reporting.kpi": list(kpis),
        "reporting.claim": list(claims),
        "reporting.control_chart": list(chart_points),
        "reporting.programme": [{"programme_id": "welcome", "name": name, "note": note}],
        "reporting.data_status": list(sources),
        "reporting.release": [{**OF_ONE_RELEASE, **release}],
        "reporting.answer": [],
        "reporting.theme": [],
        "reporting.link_quality": [],
        "reporting.non_response": [],
    }
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA reporting")
        for table in tables_of("reporting"):
            _write_table(connection, table, rows[table.full_name])
    return path


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
