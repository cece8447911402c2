"""Open a DuckDB file, with one boundary that turns driver errors into ours.

For released tables and files that are made aside; the restricted warehouse is opened by ``engine``.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import sqlalchemy as sa

from ccds_pipeline.warehouse.faults import MAKE_ANEW, database_error, not_writable

# Staging a large delivery spills to disk beyond this; the whole process stays well under 1.5 GB.
MEMORY_LIMIT = "512MB"


@contextmanager
def open_database(path: Path, *, read_only: bool = False, if_damaged: str = MAKE_ANEW) -> Iterator[sa.Engine]:
    """Open a DuckDB file and let go of it at the end.

    Args:
        path: The file; made if it is not there.
        read_only: Open it beside other readers, and change nothing.
        if_damaged: What a user is to do if the file is damaged.

    Raises:
        BusyError: If another process holds the file; the message names its process id.
        ConfigurationError: If the file or its folder is not writable, or a newer DuckDB made it.
        CcdsError: If the file is damaged, or a statement fails; the driver's text, which may quote values,
            is left out.
    """
    _make_folder(path)
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
    try:
        if not read_only and not path.exists():
            _make_file(path)
        _connect(engine)
        if not read_only:
            # control: the warehouse's file is for its owner alone
            path.chmod(0o600)
            _sweep(spill)
        yield engine
    except (sa.exc.DBAPIError, duckdb.Error) as error:
        raise database_error(error, path, if_damaged=if_damaged) from None
    finally:
        engine.dispose()


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except PermissionError:
        raise not_writable(path) from None


def _make_file(path: Path) -> None:
    """Make an empty database, whole or not at all: what a kill leaves of a first write, nothing can open."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    try:
        duckdb.connect(str(aside)).close()
        with suppress(FileExistsError):  # another process made it meanwhile, and may hold it by now
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _connect(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("SET TimeZone = 'UTC'"))
        connection.commit()


def _sweep(spill: Path) -> None:
    """Make the spill folder private, and empty it of what a killed run left; the lock is ours by now."""
    # control: the spill folder is for its owner alone
    spill.mkdir(exist_ok=True, mode=0o700)
    for leftover in spill.iterdir():
        # control: spill of a killed run is removed
        leftover.unlink()
