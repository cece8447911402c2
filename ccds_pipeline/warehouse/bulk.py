"""Move whole frames into tables, as Arrow, never row by row."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline.schemas.register import Column, Table

_ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "instant": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
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
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  # an open SQLAlchemy connection has one
    driver.register(_INCOMING, rows)
    try:
        connection.execute(sa.text(f"INSERT INTO {into} ({columns}) SELECT {columns} FROM {_INCOMING}"))
    finally:
        driver.unregister(_INCOMING)


def arrow_table(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pa.Table:
    """Return the frame's columns in the register's types; missing values become NULL."""
    schema = pa.schema([pa.field(column.name, _ARROW_TYPES[column.type]) for column in columns])
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)


def read_frame(connection: sa.Connection, table: Table) -> pd.DataFrame:
    """Return a whole table as a frame; only for tables that are small by their grain."""
    columns = ", ".join(table.column_names)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  # an open SQLAlchemy connection has one
    frame: pd.DataFrame = driver.execute(f"SELECT {columns} FROM {table.full_name}").df()
    return frame
