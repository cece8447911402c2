"""Write the warehouse into a new file and put it in place of the old one, so that deleted bytes are gone.

DuckDB leaves the bytes of deleted rows in its file, also after a checkpoint (PRIVACY.md P26). Only what
is kept is copied; core and KPIs are made anew from it. Backups in the data folder are removed; what storage
and other backups still hold of the old file is up to who runs them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from ccds_pipeline.errors import CcdsError
from ccds_pipeline.schemas.register import Table, kept_tables, restricted_tables
from ccds_pipeline.warehouse.backup import remove_backups
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.publish import publish
from ccds_pipeline.warehouse.tables import create_tables


@contextmanager
def file_aside(file: Path) -> Iterator[Path]:
    """Give a file in an empty private folder of its own, which is removed at the end."""
    shutil.rmtree(file.parent, ignore_errors=True)
    file.parent.mkdir(parents=True, mode=0o700)
    try:
        yield file
    finally:
        shutil.rmtree(file.parent, ignore_errors=True)


def rewrite_warehouse(engine: sa.Engine, file: Path, aside: Path) -> None:
    """Copy what is kept into a new file and move it over the warehouse, which stays locked; remove backups.

    Nothing may be written through the engine afterwards: it holds the old file.

    Args:
        engine: The open warehouse.
        file: Where it lies.
        aside: Where the new file is made; in the same file system.

    Raises:
        CcdsError: If the warehouse holds a table that no register knows; nothing is changed.
    """
    with file_aside(aside):
        with open_database(aside) as fresh, fresh.begin() as connection:
            create_tables(connection, restricted_tables())
        with engine.connect() as connection:
            _refuse_unknown_tables(connection)
            copy_rows(connection, aside, kept_tables())
            connection.execute(sa.text("CHECKPOINT"))
            connection.commit()
        remove_backups(file)
        publish(aside, file)


def copy_rows(connection: sa.Connection, aside: Path, tables: Iterable[Table]) -> None:
    """Copy the rows of these tables into another file that has the tables, empty."""
    quoted = str(aside).replace("'", "''")
    connection.execute(sa.text(f"ATTACH '{quoted}' AS fresh"))
    connection.commit()
    for table in tables:
        columns = ", ".join(table.column_names)
        connection.execute(
            sa.text(
                f"INSERT INTO fresh.{table.full_name} ({columns}) SELECT {columns} FROM {table.full_name}"
            )
        )
    connection.commit()
    connection.execute(sa.text("DETACH fresh"))
    connection.commit()


def _refuse_unknown_tables(connection: sa.Connection) -> None:
    known = {table.full_name for table in restricted_tables()}
    present = connection.execute(
        sa.text(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
            "WHERE NOT temporary AND NOT internal AND database_name = current_database()"
        )
    ).scalars()
    if unknown := sorted(set(present) - known):
        raise CcdsError(
            f"the warehouse holds tables that no register knows: {', '.join(unknown)}",
            rule="tables_are_registered",
            remedy="Declare them in ccds_pipeline/schemas, or drop them; they would be lost.",
        )
