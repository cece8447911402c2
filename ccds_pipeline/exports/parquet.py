"""The release as Parquet, one file per table, with the meaning of every column inside."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ccds_pipeline.exports.content import Content
from ccds_pipeline.schemas.register import Table, tables_of


def write_parquet(content: Content, folder: Path) -> None:
    """Write ``<table>.parquet`` for every released table."""
    for table in tables_of("reporting"):
        rows = content.tables[table.name]
        pq.write_table(rows.cast(_described(rows.schema, table, content)), folder / f"{table.name}.parquet")


def _described(schema: pa.Schema, table: Table, content: Content) -> pa.Schema:
    fields = [
        schema.field(column.name).with_metadata({"description": column.description})
        for column in table.columns
    ]
    return pa.schema(fields, metadata={"description": table.grain, "notes": " ".join(content.notes)})
