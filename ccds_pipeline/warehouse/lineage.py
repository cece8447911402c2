"""Of which columns each column is made: read out of the statements of ``sql/``, and kept in a file.

Reading takes seconds, so the definitions read the file; ``make schema`` writes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ccds_pipeline.schemas.files import Schema
from ccds_pipeline.schemas.register import Table, tables_of
from ccds_pipeline.warehouse.select_files import parsed_select, sql_folder

if TYPE_CHECKING:
    from sqlglot.lineage import Node
    from sqlglot.schema import MappingSchema

_FILE = Path(__file__).with_name("column_lineage.json")
_COMPUTED: tuple[Schema, ...] = ("core", "kpi", "reporting")
_READ: tuple[Schema, ...] = ("staging", "ops")


class Origin(NamedTuple):
    """A column that another one is made of."""

    schema: str
    table: str
    column: str


Lineage = Mapping[str, Mapping[str, tuple[Origin, ...]]]
"""By full name of a table, and by column: its origins; none of what is counted or constant."""


@cache
def column_lineage() -> Lineage:
    """Return the lineage of every table with a statement, as the file has it."""
    kept = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        table: {
            name: tuple(Origin(*each.split(".")) for each in origins) for name, origins in columns.items()
        }
        for table, columns in kept.items()
    }


def write_lineage() -> None:
    """Write the file anew."""
    _FILE.write_text(lineage_text(), encoding="utf-8")


def lineage_text() -> str:
    """Return what the file has to hold; columns whose origin is not in SQL are left out."""
    lineage = {table.full_name: _lineage_of(table) for table in _tables_with_statement()}
    return json.dumps(lineage, indent=1, sort_keys=True) + "\n"


def _tables_with_statement() -> Iterator[Table]:
    for schema in _COMPUTED:
        for table in tables_of(schema):
            if (sql_folder() / schema / f"{table.name}.sql").exists():
                yield table


@cache
def _columns() -> MappingSchema:
    from sqlglot.schema import MappingSchema

    columns: dict[str, object] = {
        schema: {table.name: dict.fromkeys(table.column_names, "VARCHAR") for table in tables_of(schema)}
        for schema in (*_COMPUTED, *_READ)
    }
    return MappingSchema(columns, dialect="duckdb")


def _lineage_of(table: Table) -> dict[str, list[str]]:
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    tree = qualify(parsed_select(table), schema=_columns(), dialect="duckdb", validate_qualify_columns=False)
    scope = build_scope(tree)
    found = {}
    for name in table.column_names:
        # A label is added to the released row later; an earlier release stands as it was.
        with suppress(SqlglotError):
            node = lineage(name, tree, schema=_columns(), dialect="duckdb", scope=scope)
            found[name] = sorted({*_origins(node)})
    return {name: origins for name, origins in found.items() if origins}


def _origins(node: Node) -> Iterator[str]:
    from sqlglot import exp

    for part in node.walk():
        if isinstance(part.expression, exp.Table) and part.expression.db:
            column = part.name.rpartition(".")[2].strip('"')
            yield f"{part.expression.db}.{part.expression.name}.{column}"
