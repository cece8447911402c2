"""Run the statements of ``sql/``: those that fill a table, one file per table, and those with a name.

They are written once, in DuckDB's dialect; what they do, and which rows they give, belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
import sqlglot

from ccds_pipeline.schemas.register import Table

_PARAMETER = re.compile(r"(?<!:):[a-z_]+")


def sql_folder() -> Path:
    """Return the folder of the SQL files: inside the installed package, or beside it in a checkout."""
    package = Path(str(resources.files("ccds_pipeline")))
    packaged = package / "sql"
    return packaged if packaged.is_dir() else package.parent / "sql"


@cache
def statement(name: str) -> str:
    """Return the text of ``sql/<name>.sql``, such as ``release/enter_contributions``."""
    return (sql_folder() / f"{name}.sql").read_text(encoding="utf-8").rstrip()


def run_statement(
    connection: sa.Connection, name: str, **parameters: object
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Execute the statement of ``sql/<name>.sql`` with values for its parameters; others are ignored."""
    return connection.execute(sa.text(statement(name)), parameters)


def select_statement(table: Table) -> str:
    """Return the text of the table's SELECT."""
    return statement(f"{table.schema}/{table.name}")


def parsed_select(table: Table) -> sqlglot.exp.Expr:
    """Return the table's SELECT as a tree."""
    # The parser knows no bound parameters, so a literal takes their place.
    return sqlglot.parse_one(_PARAMETER.sub("NULL", select_statement(table)), dialect="duckdb")


def input_tables(table: Table) -> list[tuple[str, str]]:
    """Return schema and name of every table that the table's SELECT reads, in order."""
    parts = parsed_select(table).find_all(sqlglot.exp.Table)
    found = {(str(part.db), str(part.name)) for part in parts if part.db}
    return sorted(found)


def fill_tables(
    connection: sa.Connection, tables: Iterable[Table], *, parameters: Mapping[str, object]
) -> dict[str, int]:
    """Fill empty tables in the order given; return the number of rows by table name.

    Args:
        connection: An open transaction.
        tables: Tables with a SELECT file each; a statement may read the tables before it.
        parameters: Values bound to the names that a statement uses, such as ``as_of``.
    """
    return {table.name: _fill(connection, table, parameters) for table in tables}


def _fill(connection: sa.Connection, table: Table, parameters: Mapping[str, object]) -> int:
    columns = ", ".join(table.column_names)
    filling = sa.text(f"INSERT INTO {table.full_name} ({columns})\n{select_statement(table)}")
    connection.execute(filling, parameters)
    return int(connection.execute(sa.text(f"SELECT count(*) FROM {table.full_name}")).scalar_one())


def select_frame(
    connection: sa.Connection, table: Table, *, parameters: Mapping[str, object]
) -> pd.DataFrame:
    """Return the rows of the table's SELECT as a frame; only for tables that are small by their grain."""
    result = connection.execute(sa.text(select_statement(table)), parameters)
    return pd.DataFrame(result.fetchall(), columns=list(result.keys()))
