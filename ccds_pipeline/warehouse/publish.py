"""Put a checked candidate in front of readers, in one step that they cannot see.

Readers have the old file or the new one. Nobody may write the published file: a write-ahead log
beside a replaced file would be replayed into it by the storage formats that BI tools read.
"""

from __future__ import annotations

import os
from pathlib import Path

from ccds_pipeline.errors import CcdsError, ConfigurationError


def publish(candidate: Path, target: Path) -> None:
    """Move a closed DuckDB file into place atomically and durably.

    Raises:
        CcdsError: If a write-ahead file lies beside either path; the earlier release stays up.
    """
    for path in (candidate, target):
        log = path.with_name(path.name + ".wal")
        if log.exists():
            raise CcdsError(
                "a write-ahead file lies beside a release",
                place=log.name,
                rule="no_write_ahead_file",
                remedy="Close whatever opened that file for writing, remove the .wal file, and run again.",
            )
    _flush(candidate)
    candidate.replace(target)
    _flush(target.parent)


def refuse_unreleased(release: Path) -> None:
    """Refuse to read a release that no run has made yet.

    Raises:
        ConfigurationError: Rule ``release_exists``.
    """
    if not release.exists():
        raise ConfigurationError(
            "nothing was released yet",
            place=str(release),
            rule="release_exists",
            remedy="Run the pipeline first: ccds run (with the same --data).",
        )


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
