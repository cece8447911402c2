"""A backup of the warehouse in the data folder, made before its tables are changed."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from ccds_pipeline.errors import CcdsError
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.faults import backup_failed

# In a process of its own: closing the file in this one would let go of the lock that it holds on it.
_COPY = "import os, shutil, sys; os.umask(0o077); shutil.copyfile(sys.argv[1], sys.argv[2])"


def backups_of(path: Path) -> list[Path]:
    """Return the backups of a warehouse that lie in its data folder, the newest first."""
    found = path.with_name("backups").glob(f"{path.stem}-v*.duckdb")
    return sorted(found, key=lambda backup: backup.stem.rpartition("-")[2], reverse=True)


def remove_backups(path: Path) -> None:
    """Remove the backups of a warehouse out of which something was removed for good: they still hold it."""
    for backup in backups_of(path):
        backup.unlink()


def back_up(engine: sa.Engine, path: Path, *, version: int) -> Path:
    """Copy an open warehouse to ``backups/``, for its owner alone, read the copy back, and return its path.

    Raises:
        CcdsError: Rule ``backup_reads_back`` if it cannot be written, or holds other tables or rows.
    """
    folder = path.with_name("backups")
    target = folder / f"{path.stem}-v{version}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.duckdb"
    unproven = target.with_suffix(".part")
    with engine.connect() as connection:
        connection.execute(sa.text("CHECKPOINT"))
        connection.commit()
        rows = rows_by_table(connection)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        raise backup_failed(folder) from None
    try:
        _copy(path, unproven)
        if _read_back(unproven) != rows:
            raise backup_failed(folder)
        unproven.replace(target)
    finally:
        unproven.unlink(missing_ok=True)
    return target


def _copy(path: Path, target: Path) -> None:
    copying = subprocess.run(  # noqa: S603  # this interpreter, on paths of ours
        [sys.executable, "-I", "-c", _COPY, str(path), str(target)], check=False, capture_output=True
    )
    if copying.returncode:
        raise backup_failed(target.parent)


def _read_back(copy: Path) -> dict[str, int]:
    try:
        with open_database(copy, read_only=True) as engine, engine.connect() as connection:
            return rows_by_table(connection)
    except CcdsError:
        raise backup_failed(copy.parent) from None


def rows_by_table(connection: sa.Connection) -> dict[str, int]:
    """Return how many rows each table of a database has, by its full name."""
    names = connection.execute(
        sa.text(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
            "WHERE database_name = current_database()"
        )
    ).scalars()
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in sorted(names.all()))
    return {name: int(number) for name, number in connection.execute(sa.text(counts)).all()} if counts else {}
