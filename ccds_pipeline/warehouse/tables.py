"""Make the register's tables in a database: columns, keys, comments and constraints.

What the tables are stands in ``schemas``; rows are written by ``load`` and ``select_files``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ccds_pipeline.schemas.register import Column, Table

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.String,
    "integer": sa.BigInteger,
    "number": sa.Double,
    "date": sa.Date,
    "instant": sa.DateTime,
    "boolean": sa.Boolean,
}


def create_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Create the tables and their schemas where they do not exist yet."""
    tables = tuple(tables)
    for schema in sorted({table.schema for table in tables}):
        connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    metadata_of(tables).create_all(connection)


def recreate_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Drop the tables and create them again, empty; for tables that are rebuilt as a whole."""
    tables = tuple(tables)
    metadata_of(tables).drop_all(connection)
    create_tables(connection, tables)


def create_new_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Create the tables where none of them can exist yet.

    In a database file that is called after their schema they get none: ``reporting.kpi`` then means
    the table ``kpi`` in the file ``reporting.duckdb``; a schema of the same name inside would make
    that name ambiguous for every reader.
    """
    metadata_of(tables).create_all(connection, checkfirst=False)


def metadata_of(tables: Iterable[Table]) -> sa.MetaData:
    """Return the SQLAlchemy description of the tables; references outside of them are left out."""
    metadata = sa.MetaData()
    tables = tuple(tables)
    present = {table.full_name for table in tables}
    for table in tables:
        sa.Table(
            table.name,
            metadata,
            *(_column(column, table, present) for column in table.columns),
            *(sa.CheckConstraint(sa.text(rule), name=name) for name, rule in table.checks.items()),
            *(_allowed(column) for column in table.columns if column.allowed),
            *((sa.PrimaryKeyConstraint(*table.key),) if table.key and table.is_key_enforced else ()),
            schema=table.schema,
            comment=table.grain,
        )
    return metadata


def _column(column: Column, table: Table, present: set[str]) -> sa.Column[object]:
    references = []
    if table.is_key_enforced and column.references.rpartition(".")[0] in present:
        references = [sa.ForeignKey(column.references)]
    return sa.Column(
        column.name,
        _TYPES[column.type](),
        *references,
        nullable=column.nullable,
        comment=None
        if _computes(table)
        else column.meaning + (f" Unit: {column.unit}." if column.unit else ""),
        autoincrement=False,
    )


def _computes(table: Table) -> bool:
    """Whether a constraint of the table adds up columns.

    DuckDB 1.5 cannot read the comment on a column of such a table back from its write-ahead log: after a
    process was killed, the whole database would not open again. The constraint is worth more.
    """
    return any("+" in rule for rule in table.checks.values())


def _allowed(column: Column) -> sa.CheckConstraint:
    values = ", ".join(f"'{value}'" for value in column.allowed)
    return sa.CheckConstraint(sa.text(f"{column.name} IN ({values})"), name=f"{column.name}_is_known")
