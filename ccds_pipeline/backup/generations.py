"""Which backups there are, and which of them are kept.

A backup is a folder called by its time (UTC), the number of audit records in it, and its kind. It gets that
name when it was read back, so that whatever a killed process left is called otherwise, and is swept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from shutil import rmtree

from filelock import FileLock, Timeout

from ccds_pipeline.backup.sealing import SUFFIX
from ccds_pipeline.errors import BusyError, ConfigurationError, UsageError
from ccds_pipeline.run_folder import write_private
from ccds_pipeline.warehouse.audit import AuditRecord

MANIFEST = "manifest.json"
_VERIFIED = "verified"
_TIME = "%Y%m%dT%H%M%SZ"
_UNFINISHED = ".part"


class Kind(StrEnum):
    """What a backup holds of the warehouse: what no delivery brings again, or everything."""

    STATE = "state"
    WHOLE = "whole"


_NAME = re.compile(rf"(\d{{8}}T\d{{6}}Z)-(\d+)-({'|'.join(Kind)})")


@dataclass(frozen=True)
class Generation:
    """One backup: where it lies, from when it is (UTC), how many audit records it has, and its kind."""

    path: Path
    made_at: datetime
    records_n: int
    kind: Kind

    @property
    def name(self) -> str:
        """What it is called in commands."""
        return self.path.name

    @property
    def is_encrypted(self) -> bool:
        """Whether its key is needed."""
        return (self.path / (MANIFEST + SUFFIX)).exists()

    @property
    def verified_at(self) -> datetime | None:
        """When it was read back last (UTC)."""
        with suppress(OSError, ValueError):
            return datetime.fromisoformat((self.path / _VERIFIED).read_text(encoding="utf-8"))
        return None

    def note_verified(self) -> None:
        """Note that it was read back now, where the folder can be written."""
        with suppress(OSError):
            write_private(self.path / _VERIFIED, now().isoformat())

    def holds_removed(self, removal: AuditRecord | None) -> bool:
        """Whether it is from before an act that removed people or rows, which it still holds.

        The number of records tells, and where an older backup was restored meanwhile, the time.
        """
        if removal is None:
            return False
        removed_at = removal.recorded_at.replace(microsecond=0)
        return self.records_n < removal.sequence_n or self.made_at < removed_at


def now() -> datetime:
    """Return the present moment in UTC, as backups and tables note it."""
    return datetime.now(UTC).replace(tzinfo=None)


def generation_of(path: Path) -> Generation | None:
    """Return the backup that a folder is; None if it is called otherwise."""
    parts = _NAME.fullmatch(path.name)
    if parts is None:
        return None
    made_at = datetime.strptime(parts[1], _TIME)  # noqa: DTZ007  # UTC, as everywhere in tables
    return Generation(path, made_at, int(parts[2]), Kind(parts[3]))


def generations(folder: Path) -> list[Generation]:
    """Return the backups of a folder, the newest first; unfinished ones are none."""
    found = [one for path in folder.glob("*-*-*") if (one := generation_of(path))]
    return sorted(found, key=lambda one: (one.made_at, one.records_n, one.kind), reverse=True)


def find_generation(folder: Path, name: str | None) -> Generation:
    """Return the backup of that name, or the newest.

    Raises:
        UsageError: If there is none.
    """
    found = generations(folder)
    chosen = found[:1] if name is None else [one for one in found if one.name == name]
    if not chosen:
        names = ", ".join(one.name for one in found)
        raise UsageError(
            "there is no such backup" if name else "there is no backup",
            place=str(folder),
            rule="backup_exists",
            remedy=f"Give one of: {names}."
            if found
            else "Make one with ccds backup, or set CCDS_BACKUP_FOLDER.",
        )
    return chosen[0]


def unfinished(folder: Path, made_at: datetime, records_n: int, kind: Kind) -> Path:
    """Make the folder (0700) of a backup that is to be written."""
    path = folder / f"{made_at:{_TIME}}-{records_n}-{kind}{_UNFINISHED}"
    path.mkdir(mode=0o700)
    return path


def finish(path: Path) -> Generation:
    """Give a backup that was written and read back its name, durably."""
    final = path.with_name(path.name.removesuffix(_UNFINISHED))
    path.rename(final)
    descriptor = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    made = generation_of(final)
    assert made is not None  # noqa: S101  # ``unfinished`` called it so
    made.note_verified()
    return made


def remove_superseded(folder: Path, made: Generation, *, keep: int, removal: AuditRecord | None) -> int:
    """Remove what a new backup takes the place of; return how many.

    Args:
        folder: Of the backups.
        made: The new one.
        keep: How many of its kind are kept.
        removal: The newest act that removed people or rows; no backup from before it is kept.
    """
    of_kind = [one for one in generations(folder) if one.kind is made.kind and one != made]
    # control: no backup from before an erasure is kept
    before = [one for one in generations(folder) if one != made and one.holds_removed(removal)]
    superseded = {one.path for one in [*of_kind[keep - 1 :], *before]}
    for path in superseded:
        _remove(path)
    return len(superseded)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Let no other process write, remove or restore backups of a folder; remove what dead ones left half.

    Raises:
        BusyError: If one does.
        ConfigurationError: If the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        lock = FileLock(folder / "backup.lock", mode=0o600, blocking=False)
        held = lock.acquire()
    except Timeout:
        raise BusyError(
            "another backup or restore is at work",
            rule="one_backup",
            remedy="Wait until it is done, and run the command again.",
        ) from None
    except OSError:
        raise ConfigurationError(
            "the folder of backups cannot be written",
            place=str(folder),
            rule="backup_folder_writable",
            remedy="Give this account the right to write it, or set CCDS_BACKUP_FOLDER to another one.",
        ) from None
    with held:
        for left in folder.glob(f"*{_UNFINISHED}"):
            rmtree(left, ignore_errors=True)
        yield


def _remove(path: Path) -> None:
    """Remove a backup; if this process is killed meanwhile, what is left is no backup any more."""
    going = path.with_name(path.name + _UNFINISHED)
    path.rename(going)
    rmtree(going)
