"""A release in memory, with the rows that a test names and none in the other tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from ccds_pipeline.exports.content import Content
from ccds_pipeline.schemas.register import TYPES, tables_of
from ccds_pipeline_tests.support.released_rows import Row


def released_content(**rows: Sequence[Row]) -> Content:
    """Return a release whose tables hold ``rows``; columns that a row does not name are missing."""
    known = {"programme": [{"programme_id": "welcome", "name": "Welcome to the Ward"}], **rows}
    tables = {}
    for table in tables_of("reporting"):
        schema = pa.schema([(column.name, TYPES[column.type].arrow) for column in table.columns])
        filled = [{name: row.get(name) for name in table.column_names} for row in known.get(table.name, ())]
        tables[table.name] = pa.Table.from_pylist(filled, schema)
    return Content(
        tables,
        "Welcome to the Ward",
        "Invented.",
        "release-7",
        date(2022, 10, 3),
        Path("/data/release.duckdb"),
    )
