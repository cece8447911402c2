"""A private copy of the warehouse as it was committed last, to read while another process writes it.

DuckDB lets nobody open a file that a writer holds, but its bytes can be read. It writes a block of the last
checkpoint never over, and a checkpoint ends with a new header: a copy whose header and log files are the same
before and after copying is what the engine would find after the writer was killed. Logs are copied first,
since they refer to blocks that were written before them.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ccds_pipeline.errors import CcdsError
from ccds_pipeline.run_folder import run_folder, sweep_dead_run_folders
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.faults import copy_failed, never_at_rest

_HEADERS_BYTES = 3 * 4096  # the file's, and two of checkpoints, of which the newer counts
_CHUNK_BYTES = 1024**2
_ATTEMPTS, _PAUSE_SECONDS = 12, 0.05


@contextmanager
def last_committed(path: Path, *, if_damaged: str) -> Iterator[Path]:
    """Give a private copy of a database file that another process holds; it is removed at the end.

    It lies beside the private copies of deliveries, and is swept with them if this process is killed. Never
    call it in the process that holds the file: closing the file here would let go of its lock.

    Raises:
        BusyError: If it is written so fast that no copy is consistent.
        CcdsError: If the copy cannot be written, or the file is damaged.
    """
    runs = path.with_name("runs")
    runs.mkdir(mode=0o700, exist_ok=True)
    sweep_dead_run_folders(runs)
    with run_folder(runs) as folder:
        yield _consistent_copy(path, folder, if_damaged)


def _consistent_copy(path: Path, folder: Path, if_damaged: str) -> Path:
    fault: CcdsError | None = None
    for attempt in range(_ATTEMPTS):
        target = folder / str(attempt) / path.name
        target.parent.mkdir(mode=0o700)
        if _copied_at_rest(path, target):
            try:
                _recover(target, if_damaged)
            except CcdsError as error:  # a log that was cut while it was copied; a damaged file stays damaged
                fault = error
            else:
                return target
        shutil.rmtree(target.parent)
        time.sleep(_PAUSE_SECONDS * (attempt + 1))
    raise fault or never_at_rest(path)


def _copied_at_rest(path: Path, target: Path) -> bool:
    """Copy the file with its logs; return whether no checkpoint began or ended meanwhile."""
    try:
        before = _state(path)
        for name, _ in before[-1]:
            _copy(path.with_name(name), target.with_name(name))
        _copy(path, target)
        return _state(path) == before
    except FileNotFoundError:  # a checkpoint took a log away
        return False


def _state(path: Path) -> tuple[int, bytes, tuple[tuple[str, int], ...]]:
    """Return what changes at every checkpoint: the file itself, its headers, and which logs lie beside it."""
    with path.open("rb") as file:
        headers, identity = file.read(_HEADERS_BYTES), os.fstat(file.fileno()).st_ino
    logs = sorted(path.parent.glob(f"{path.name}.wal*"))
    return identity, headers, tuple((log.name, log.stat().st_ino) for log in logs)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as stream:
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as copy:
                shutil.copyfileobj(stream, copy, _CHUNK_BYTES)
        except OSError:
            raise copy_failed() from None


def _recover(copy: Path, if_damaged: str) -> None:
    """Have the engine write the logs into the copy, as it does after a writer was killed."""
    with open_database(copy, if_damaged=if_damaged):
        pass
