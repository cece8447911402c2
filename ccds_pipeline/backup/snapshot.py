"""Copy an installation as it stands, while a run may be at work.

No lock is held: a run that begins meanwhile is not kept waiting. Warehouse and release belong together, or
are what a run leaves that was killed between the two, which the next run settles.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ccds_pipeline.backup.generations import Kind
from ccds_pipeline.backup.manifest import RELEASE, WAREHOUSE
from ccds_pipeline.release.publication import kept_releases
from ccds_pipeline.run_folder import run_folder
from ccds_pipeline.schemas.register import irreplaceable_tables, restricted_tables
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.backup import backups_of
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.faults import never_at_rest, restore_warehouse
from ccds_pipeline.warehouse.last_committed import last_committed
from ccds_pipeline.warehouse.rewrite import copy_rows
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline.warehouse.versions import settle_version

RELEASES, REFERENCE = "releases", "reference"
_ATTEMPTS = 5


@contextmanager
def snapshot(settings: Settings, kind: Kind) -> Iterator[Path]:
    """Give a private folder with what belongs into a backup; it is removed at the end.

    Raises:
        BusyError: If warehouse or release are written so fast that they cannot be copied.
        ConfigurationError: If another version made the warehouse.
        CcdsError: If the warehouse is damaged, or the copy cannot be written.
    """
    with run_folder(settings.runs_folder) as folder:
        content = folder / "content"
        for _ in range(_ATTEMPTS):
            if _copied_at_rest(settings, content):
                break
            shutil.rmtree(content)
        else:
            raise never_at_rest(settings.reporting_file)
        _reduce(content / WAREHOUSE, folder / "reduced.duckdb", kind)
        yield content


def _copied_at_rest(settings: Settings, content: Path) -> bool:
    """Copy everything; return whether readers got no new release meanwhile."""
    content.mkdir(mode=0o700)
    before = _identity(settings.reporting_file)
    advice = restore_warehouse(settings.warehouse_file, backups_of(settings.warehouse_file))
    with last_committed(settings.warehouse_file, if_damaged=advice) as copy:
        copy.rename(content / WAREHOUSE)
    try:
        _copy_files(settings, content)
    except FileNotFoundError:  # the oldest release that was kept went
        return False
    return _identity(settings.reporting_file) == before


def _copy_files(settings: Settings, content: Path) -> None:
    if settings.reporting_file.exists():
        shutil.copyfile(settings.reporting_file, content / RELEASE)
    (content / RELEASES).mkdir(mode=0o700)
    for release in kept_releases(settings.reporting_file):
        shutil.copyfile(release, content / RELEASES / release.name)
    if settings.reference_folder.exists():
        shutil.copytree(settings.reference_folder, content / REFERENCE, copy_function=shutil.copyfile)


def _identity(release: Path) -> tuple[int, int] | None:
    """Return what changes when a release is moved into place."""
    if not release.exists():
        return None
    found = release.stat()
    return found.st_ino, found.st_mtime_ns


def _reduce(warehouse: Path, aside: Path, kind: Kind) -> None:
    """Leave only the rows that the kind of backup holds; the tables stay, all of the present version."""
    with open_database(warehouse) as engine:
        settle_version(engine, warehouse, read_only=True)
        if kind is Kind.WHOLE:
            return
        with open_database(aside) as fresh, fresh.begin() as connection:
            create_tables(connection, restricted_tables())
        with engine.connect() as connection:
            copy_rows(connection, aside, irreplaceable_tables())
    aside.replace(warehouse)
