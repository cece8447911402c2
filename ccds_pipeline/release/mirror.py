"""The released tables, copied into a PostgreSQL database for tools that read from there.

What is released is decided before, in ``release``: the released file is all that is read here, and the
account that writes sees nothing else (``warehouse.roles``).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.warehouse.bulk import driver_of
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.postgres import LOCK_NOT_AVAILABLE, sqlstate
from ccds_pipeline.warehouse.publish import refuse_unreleased
from ccds_pipeline.warehouse.roles import become_publisher, refuse_weak_points
from ccds_pipeline.warehouse.tables import metadata_of

Rows = Mapping[str, Sequence[Sequence[Any]]]
# While a table waits for a slow reader, every other reader waits behind it: give way, and try again.
_LOCK_TIMEOUT = "150ms"
_PAUSE_SECONDS = 0.5


def mirror(reporting_file: Path, engine: sa.Engine, *, patience_seconds: float = 60) -> dict[str, int]:
    """Put the released tables in place of those in the database's ``reporting``; return rows by table name.

    One transaction: readers see the old release or the new one. Rows are deleted rather than tables made
    again, so that a reader whose transaction began before keeps the old rows.

    Args:
        reporting_file: The released DuckDB file.
        engine: A database with the roles; its account is a member of ``ccds_publish``.
        patience_seconds: How long to try while readers hold the tables.

    Raises:
        ConfigurationError: If nothing was released yet, or the database has no roles yet.
        CheckFailedError: As ``refuse_weak_points``; the earlier release stays up.
    """
    rows = _released_rows(reporting_file)
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            with engine.begin() as connection:
                _replace(connection, rows)
            return {name: len(part) for name, part in rows.items()}
        except sa.exc.OperationalError as error:
            if sqlstate(error) != LOCK_NOT_AVAILABLE or time.monotonic() > give_up_at:
                raise
        time.sleep(_PAUSE_SECONDS)


@cache
def _reporting() -> sa.MetaData:
    return metadata_of(tables_of("reporting"))


def _released_rows(reporting_file: Path) -> Rows:
    refuse_unreleased(reporting_file)
    with open_database(reporting_file, read_only=True) as engine, engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(table)).all() for table in _reporting().tables.values()
        }


def _replace(connection: sa.Connection, rows: Rows) -> None:
    _refuse_missing_roles(connection)
    # control: nothing is mirrored into weak roles
    refuse_weak_points(connection)
    become_publisher(connection)
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
    if _is_outdated(connection):
        _reporting().drop_all(connection)
    _reporting().create_all(connection)
    # All locks before the first change: so no reader sees tables of two releases.
    names = ", ".join(_reporting().tables)
    connection.execute(sa.text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    in_order = _reporting().sorted_tables
    for table in reversed(in_order):
        connection.execute(sa.delete(table))
    for table in in_order:
        _copy(connection, table, rows[table.name])


def _refuse_missing_roles(connection: sa.Connection) -> None:
    found = connection.execute(
        sa.text("SELECT to_regrole('ccds_reader'), to_regnamespace('reporting')")
    ).one()
    if None in found:
        raise ConfigurationError(
            "the database has no roles and no schema for a release yet",
            rule="roles_exist",
            remedy="Let a superuser of the database run ccds grant first.",
        )


def _is_outdated(connection: sa.Connection) -> bool:
    """Return whether a table that is there is not as the register describes it.

    All of them are made anew then: they refer to each other.
    """
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names(schema="reporting"))
    return any(
        _shape(connection, inspector.get_columns(table.name, schema="reporting"))
        != _shape(connection, [vars(column) for column in table.columns])
        or _references_in(inspector, table) != {_columns_of(key) for key in table.foreign_key_constraints}
        for table in _reporting().tables.values()
        if table.name in there
    )


def _shape(connection: sa.Connection, columns: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (column["name"], column["type"].compile(connection.dialect), column["nullable"], column["comment"])
        for column in columns
    ]


def _references_in(inspector: sa.Inspector, table: sa.Table) -> set[tuple[str, ...]]:
    keys = inspector.get_foreign_keys(table.name, schema="reporting")
    return {(key["referred_table"], *key["constrained_columns"]) for key in keys}


def _columns_of(key: sa.ForeignKeyConstraint) -> tuple[str, ...]:
    return key.referred_table.name, *key.column_keys


def _copy(connection: sa.Connection, table: sa.Table, rows: Sequence[Sequence[Any]]) -> None:
    columns = ", ".join(column.name for column in table.columns)
    with (
        driver_of(connection).cursor() as cursor,
        cursor.copy(f"COPY {table.fullname} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
