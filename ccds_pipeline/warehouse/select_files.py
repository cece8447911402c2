"""Fill tables from the SELECT files of ``sql/``, one file per table.

The statements are written once, in DuckDB's dialect; which rows they give belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

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


def select_statement(table: Table) -> str:
    """Return the text of the table's SELECT."""
    return (
        (sql_folder() / table.schema / f"{table.name}.sql").read_text(encoding="utf-8").rstrip().rstrip(";")
    )


def input_tables(table: Table) -> list[tuple[str, str]]:
    """Return schema and name of every table that the table's SELECT reads, in order."""
    # The names of bound parameters are no SQL; a literal in their place keeps the parser content.
    tree = sqlglot.parse_one(_PARAMETER.sub("NULL", select_statement(table)), dialect="duckdb")
    found = {(str(part.db), str(part.name)) for part in tree.find_all(sqlglot.exp.Table) if part.db}
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
    statement = sa.text(f"INSERT INTO {table.full_name} ({columns})\n{select_statement(table)}")
    used = {name: value for name, value in parameters.items() if name in statement.compile().params}
    connection.execute(statement, used)
    return int(connection.execute(sa.text(f"SELECT count(*) FROM {table.full_name}")).scalar_one())


def select_frame(
    connection: sa.Connection, table: Table, *, parameters: Mapping[str, object]
) -> pd.DataFrame:
    """Return the rows of the table's SELECT as a frame; only for tables that are small by their grain."""
    statement = sa.text(select_statement(table))
    used = {name: value for name, value in parameters.items() if name in statement.compile().params}
    rows = connection.execute(statement, used).mappings().all()
    return pd.DataFrame(rows, columns=table.column_names)
