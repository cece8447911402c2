"""The release as CSV with a Frictionless data package that describes every column.

Form of ``datapackage.json``: Data Package, version 1 (specs.frictionlessdata.io).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from ccds_pipeline.exports.content import Content
from ccds_pipeline.schemas.register import Column, Table, table_of, tables_of

_TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "instant": "datetime",
}


def write_data_package(content: Content, folder: Path) -> None:
    """Write ``<table>.csv`` for every released table, and ``datapackage.json``."""
    for table in tables_of("reporting"):
        pa_csv.write_csv(_to_the_second(content.tables[table.name]), folder / f"{table.name}.csv")
    package = {
        "name": "ccds-release",
        "title": content.programme,
        "description": " ".join(content.notes),
        "version": content.release_id,
        "resources": [_resource(table) for table in tables_of("reporting")],
    }
    (folder / "datapackage.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")


def _to_the_second(rows: pa.Table) -> pa.Table:
    """Return the rows with instants in the precision of their declared format."""
    fields = [
        field.with_type(pa.timestamp("s")) if pa.types.is_timestamp(field.type) else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(fields), safe=False)


def _resource(table: Table) -> dict[str, object]:
    schema: dict[str, object] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if table.references:
        schema["foreignKeys"] = [
            {
                "fields": list(columns),
                "reference": {"resource": table_of(other).name, "fields": list(table_of(other).key)},
            }
            for other, columns in table.references.items()
        ]
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "description": table.grain,
        "profile": "tabular-data-resource",
        "format": "csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> Mapping[str, object]:
    constraints = {
        "required": not column.nullable,
        "enum": list(column.allowed) or None,
        "minimum": column.minimum,
        "maximum": column.maximum,
    }
    return {
        "name": column.name,
        "type": _TYPES[column.type],
        "description": column.description,
        "constraints": {name: value for name, value in constraints.items() if value is not None},
    } | ({"format": "%Y-%m-%d %H:%M:%S"} if column.type == "instant" else {})
