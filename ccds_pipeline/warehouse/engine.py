"""Open the restricted warehouse: of the present version, and to read also while another process writes it.

Tables and statements belong in the neighbouring modules.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa

from ccds_pipeline.errors import BusyError, ConfigurationError
from ccds_pipeline.warehouse.backup import backups_of
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.faults import restore_warehouse
from ccds_pipeline.warehouse.last_committed import last_committed
from ccds_pipeline.warehouse.mark import keep_mark, refuse_lost
from ccds_pipeline.warehouse.versions import settle_version

_log = logging.getLogger(__name__)


def refuse_missing(path: Path) -> None:
    """Refuse a warehouse that no run has made yet.

    Raises:
        ConfigurationError: Rule ``warehouse_exists``.
    """
    if not path.exists():
        raise ConfigurationError(
            "there is no warehouse yet",
            place=path.name,
            rule="warehouse_exists",
            remedy="Run the pipeline first: ccds run (with the same --data).",
        )


@contextmanager
def open_present(path: Path, *, read_only: bool = False) -> Iterator[sa.Connection]:
    """Open a warehouse that is there, in one transaction; raises what the functions around this one do."""
    refuse_missing(path)
    with open_warehouse(path, read_only=read_only) as engine, engine.begin() as connection:
        yield connection


@contextmanager
def open_warehouse(path: Path, *, read_only: bool = False) -> Iterator[sa.Engine]:
    """Open the warehouse and let go of it at the end; one of an older version is brought up to date.

    While another process holds it, it is read from a private copy of what was committed last.

    Raises:
        BusyError: If it is to be written and another process holds it; the message names its process id.
        ConfigurationError: If another version made it: a newer one, or an older one and it is only read; if
            it is to be written and is gone.
        CcdsError: As ``open_database``.
    """
    advice = restore_warehouse(path, backups_of(path))
    if not read_only:
        refuse_lost(path)
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(open_database(path, read_only=read_only, if_damaged=advice))
        except BusyError:
            if not read_only:
                raise
            copy = stack.enter_context(last_committed(path, if_damaged=advice))
            engine = stack.enter_context(open_database(copy, read_only=True, if_damaged=advice))
            _log.warning("Another process is at work: this is how things stood after its last finished step.")
        settle_version(engine, path, read_only=read_only)
        if not read_only:
            with engine.connect() as connection:
                keep_mark(path, connection)
        yield engine


@contextmanager
def scratch_schemas(connection: sa.Connection, *, read: Sequence[str], make: Sequence[str]) -> Iterator[None]:
    """Let the same statements read the warehouse and write into memory, until the block ends.

    Works on a warehouse that is opened read-only too.

    Args:
        connection: Outside of a transaction.
        read: Schemas of the warehouse that stay visible.
        make: Schemas that are empty and in memory meanwhile.
    """
    warehouse = connection.execute(sa.text("SELECT current_database()")).scalar_one()
    connection.execute(sa.text("ATTACH ':memory:' AS scratch (READ_WRITE)"))
    try:
        for schema in make:
            connection.execute(sa.text(f"CREATE SCHEMA scratch.{schema}"))
        visible = [*(f"{warehouse}.{schema}" for schema in read), *(f"scratch.{schema}" for schema in make)]
        _search(connection, ",".join(visible))
        connection.commit()
        yield
    finally:
        connection.rollback()
        _search(connection, f"{warehouse}.main")
        connection.execute(sa.text("DETACH scratch"))
        connection.commit()


def _search(connection: sa.Connection, path: str) -> None:
    connection.execute(sa.text("SET search_path = :path"), {"path": path})
