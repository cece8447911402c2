"""Make a backup, prove it by reading it back, and remove those that it takes the place of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccds_pipeline.backup.generations import (
    Generation,
    Kind,
    finish,
    generations,
    now,
    only_writer,
    remove_superseded,
    unfinished,
)
from ccds_pipeline.backup.manifest import WAREHOUSE, Manifest, read_back, write_contents
from ccds_pipeline.backup.sealing import backup_key
from ccds_pipeline.backup.snapshot import snapshot
from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.run_folder import run_folder, sweep_dead_run_folders
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.audit import audit_trail, newest_removal
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import refuse_missing


@dataclass(frozen=True)
class Backup:
    """A backup that was made, what it says of itself, and how many earlier ones were removed for it."""

    generation: Generation
    manifest: Manifest
    removed_n: int


def back_up(settings: Settings, kind: Kind) -> Backup:
    """Back an installation up while a run may be at work, and keep the last backups of the kind.

    Backups from before the newest erasure, key rotation or retention are removed, of whichever kind.

    Raises:
        ConfigurationError: If there is no warehouse, another version made it, or the key or folder is wrong.
        BusyError: If another backup is at work, or the warehouse is written too fast to be copied.
        CcdsError: If it cannot be written, or does not read back; earlier ones stay.
    """
    refuse_missing(settings.warehouse_file)
    folder, key = settings.backups_folder, backup_key(settings)
    sweep_dead_run_folders(settings.runs_folder)
    with space_named(folder), only_writer(folder):
        made_at = _unused_moment(folder)
        with snapshot(settings, kind) as content:
            with open_database(content / WAREHOUSE, read_only=True) as engine, engine.connect() as connection:
                records_n, removal = len(audit_trail(connection)), newest_removal(connection)
            part = unfinished(folder, made_at, records_n, kind)
            manifest = write_contents(content, part, made_at=made_at, kind=kind, key=key)
        with run_folder(settings.runs_folder) as aside:
            read_back(part, aside, key=key)
        made = finish(part)
        keep = settings.backup_generations
        return Backup(made, manifest, remove_superseded(folder, made, keep=keep, removal=removal))


def renew_backups(settings: Settings) -> list[Backup]:
    """Make a backup of each kind that there is, so that those from before a removal go.

    Raises:
        ConfigurationError: If the folder that is set is not there: backups may be in it all the same.
        CcdsError: As ``back_up``.
    """
    if settings.backup_folder is not None and not settings.backup_folder.is_dir():
        raise ConfigurationError(
            "the folder of backups is not there, and what was removed may be in backups that are in it",
            place=str(settings.backup_folder),
            rule="backup_folder_there",
            remedy="Mount it (make it if there was no backup yet), and run ccds backup, which removes them.",
        )
    kinds = {one.kind for one in generations(settings.backups_folder)}
    return [back_up(settings, kind) for kind in sorted(kinds, reverse=True)]


def verify(settings: Settings, generation: Generation) -> Manifest:
    """Read a backup back, hold it against its manifest, and note that it was done.

    Raises:
        ConfigurationError: If it is encrypted and the key is missing or wrong.
        CheckFailedError: If it is not what its manifest says.
    """
    key = backup_key(settings)
    sweep_dead_run_folders(settings.runs_folder)
    with space_named(settings.runs_folder), run_folder(settings.runs_folder) as aside:
        manifest = read_back(generation.path, aside, key=key)
    generation.note_verified()
    return manifest


def _unused_moment(folder: Path) -> datetime:
    """Return the present second, once no backup is called by it."""
    while True:
        moment = now().replace(microsecond=0)
        if all(one.made_at != moment for one in generations(folder)):
            return moment
        time.sleep(0.1)


@contextmanager
def space_named(folder: Path) -> Iterator[None]:
    """Say of a file that cannot be written what to do about it."""
    try:
        yield
    except OSError:
        raise CcdsError(
            "the backup cannot be written or read",
            place=str(folder),
            rule="backup_written",
            remedy="Earlier backups stay. Check the free space and the permissions of this folder and of the "
            "data folder.",
        ) from None
