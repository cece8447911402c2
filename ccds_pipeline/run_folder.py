"""Private folders that a process needs for a while, private files, and clearing up after processes that died.

What is put into them belongs in the rooms that ask for one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ccds_pipeline.errors import CcdsError

_PREFIX, _LOCK = "run-", "lock"


@contextmanager
def run_folder(parent: Path) -> Iterator[Path]:
    """Make a folder (0700) for the private copies of one run, and remove it at the end.

    A lock that dies with the process shows ``sweep_dead_run_folders`` that the folder is in use. Where not
    even the folder around ``parent`` was there, what was made for it is removed too.

    Raises:
        CcdsError: Rule ``private_copy_left`` if the folder cannot be removed.
    """
    made = [] if parent.parent.exists() else [one for one in (parent, *parent.parents) if not one.exists()]
    folder, lock = _locked_folder(parent)
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise CcdsError(
                f"The private folder {folder} cannot be removed",
                remedy="Remove the folder by hand: it holds personal data.",
                rule="private_copy_left",
            )
        with suppress(OSError):  # something else lies there by now
            for one in made:
                one.rmdir()


def sweep_dead_run_folders(parent: Path) -> int:
    """Remove the run folders of processes that died; returns how many."""
    swept = 0
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError, Timeout), _lock_of(folder):
            # control: copies of a killed run are removed
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


def write_private(path: Path, text: str) -> None:
    """Write a file (0600) in one step: a killed process leaves the former one, or the new one."""
    aside = path.with_name(f"{path.name}.part")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    aside.replace(path)


def _locked_folder(parent: Path) -> tuple[Path, FileLock]:
    while True:  # until no sweep got in between making the folder and locking it
        parent.mkdir(parents=True, exist_ok=True)
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        except FileNotFoundError:  # another command just removed what it had made
            continue
        lock = _lock_of(folder)
        with suppress(OSError, Timeout):
            lock.acquire()
            if Path(lock.lock_file).exists():
                return folder, lock
            lock.release()


def _lock_of(folder: Path) -> FileLock:
    return FileLock(folder / _LOCK, mode=0o600, blocking=False)
