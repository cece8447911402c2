"""Move whole frames into tables, as Arrow, never row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline.schemas.register import TYPES, Column, Table

_INCOMING = "incoming_frame"


def append(connection: sa.Connection, table: Table, frame: pd.DataFrame, *, into: str | None = None) -> int:
    """Append the rows of a frame to a table and return how many they were.

    Args:
        connection: An open transaction.
        table: Its columns are taken from the frame, by name, in the register's types.
        frame: One row per row of the table; further columns are left out.
        into: Another table of the same columns, such as a temporary one.
    """
    insert_arrow(connection, arrow_table(frame, table.columns), into=into or table.full_name)
    return len(frame)


def insert_arrow(connection: sa.Connection, rows: pa.Table, *, into: str) -> None:
    """Append Arrow rows to a table by column name; ``into`` comes from the register or from code."""
    columns = ", ".join(rows.column_names)
    with readable(connection, _INCOMING, rows):
        connection.execute(sa.text(f"INSERT INTO {into} ({columns}) SELECT {columns} FROM {_INCOMING}"))


def create_temporary(connection: sa.Connection, name: str, columns: Sequence[Column]) -> None:
    """Make a temporary table of these columns, empty, in place of one of that name."""
    with readable(connection, _INCOMING, _schema_of(columns).empty_table()):
        connection.execute(sa.text(f"CREATE OR REPLACE TEMPORARY TABLE {name} AS FROM {_INCOMING}"))


@contextmanager
def readable(connection: sa.Connection, name: str, rows: pa.Table | pd.DataFrame) -> Iterator[None]:
    """Let statements of a connection read rows under a name, until the block ends."""
    driver = driver_of(connection)
    driver.register(name, rows)
    try:
        yield
    finally:
        driver.unregister(name)


def arrow_table(frame: pd.DataFrame, columns: Sequence[Column]) -> pa.Table:
    """Return the frame's columns in the register's types; missing values become NULL."""
    schema = _schema_of(columns)
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)


def read_frame(connection: sa.Connection, table: Table) -> pd.DataFrame:
    """Return a whole table as a frame; only for tables that are small by their grain."""
    columns = ", ".join(table.column_names)
    frame: pd.DataFrame = driver_of(connection).execute(f"SELECT {columns} FROM {table.full_name}").df()
    return frame


def frame_of(result: sa.CursorResult[*tuple[Any, ...]]) -> pd.DataFrame:
    """Return what a statement selects as a frame, with the columns that it names; fetched whole."""
    cursor: Any = result.cursor
    frame: pd.DataFrame = cursor.df()
    return frame


def driver_of(connection: sa.Connection) -> Any:  # noqa: ANN401  # each database has a driver of its own
    """Return the connection of the database's own driver under an open SQLAlchemy connection."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  # an open one has a driver
    return driver


def _schema_of(columns: Iterable[Column]) -> pa.Schema:
    return pa.schema([pa.field(column.name, TYPES[column.type].arrow) for column in columns])
