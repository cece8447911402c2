"""Open the embedded warehouse, with one boundary that turns driver errors into ours.

Tables and statements belong in the neighbouring modules.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import sqlalchemy as sa

from ccds_pipeline.errors import BusyError, CcdsError, ConfigurationError

# Staging a large delivery spills to disk beyond this; the whole process stays well under 1.5 GB.
MEMORY_LIMIT = "512MB"
_HOLDER = re.compile(r"PID (\d+)")


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
    """Open a DuckDB file and let go of it at the end.

    Raises:
        BusyError: If another process holds the file; the message names its process id.
        CcdsError: If a statement fails; the driver's text, which may quote values, is left out.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    spill = path.with_name(path.name + ".spill")
    config = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
        "preserve_insertion_order": False,
        # control: DuckDB fetches no extension
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    # The pool would log the texts of errors that are raised again anyway.
    # control: the pool of connections logs nothing
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL + 1)
    engine = sa.create_engine(
        sa.URL.create("duckdb", database=str(path)),
        hide_parameters=True,
        poolclass=sa.pool.StaticPool,
        connect_args={"read_only": read_only, "config": config},
    )
    is_new = not path.exists()
    try:
        _connect(engine, path if is_new and not read_only else None)
        if not read_only:
            # control: the warehouse's file is for its owner alone
            path.chmod(0o600)
            _sweep(spill)
        yield engine
    except (sa.exc.DBAPIError, duckdb.Error) as error:
        raise _ours(error, path) from None
    finally:
        engine.dispose()


def _connect(engine: sa.Engine, new: Path | None) -> None:
    """Open the file; what is left of a new one that cannot be made is removed, as nothing could open it."""
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SET TimeZone = 'UTC'"))
            connection.commit()
    except (sa.exc.DBAPIError, duckdb.Error):
        if new is not None:
            new.unlink(missing_ok=True)
        raise


def _sweep(spill: Path) -> None:
    """Make the spill folder private, and empty it of what a killed run left; the lock is ours by now."""
    # control: the spill folder is for its owner alone
    spill.mkdir(exist_ok=True, mode=0o700)
    for leftover in spill.iterdir():
        # control: spill of a killed run is removed
        leftover.unlink()


def _ours(error: sa.exc.DBAPIError | duckdb.Error, path: Path) -> CcdsError:
    """Translate an error of SQLAlchemy, or of the driver where frames are handed to it directly."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    text = str(cause)
    if "Could not set lock" in text or "Conflicting lock" in text:
        holder = _HOLDER.search(text)
        who = f" (process {holder.group(1)})" if holder else ""
        return BusyError(
            f"another process holds the warehouse{who}",
            place=path.name,
            rule="one_writer",
            remedy="Wait until it is done, or stop it, and run the command again.",
        )
    # control: errors of DuckDB are reported by their type
    kind = type(cause).__name__
    return CcdsError(
        f"the warehouse refused a statement ({kind})",
        place=path.name,
        rule="warehouse_statement",
        remedy="Nothing was changed. Free disk space if it is full; else report the kind of error.",
    )


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
