"""The private copy of a delivered file: the only personal data that the pipeline writes.

The files of an archive are unpacked beside its copy, and go with it.

Copying and hashing belong here; the folders for it are made in ``run_folder``, and the copy is parsed in
``reading``.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from upath import UPath
from upath.types import StatResultType

from ccds_pipeline.errors import CcdsError, FileRefusedError
from ccds_pipeline.sources.landing import unreachable
from ccds_pipeline.sources.private_file import create_private

_CHUNK = 1024**2
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True)
class PrivateFile:
    """A file that was copied to a private place.

    ``number`` counts the files of a delivery from 1 and names the copy: delivered names may hold personal
    data. ``suffix`` is the delivered one in lower case (".csv"), empty where it has an unusual form.
    ``digest`` is the sha256 (hex) of the bytes that were copied, ``size_bytes`` their count.
    """

    number: int
    path: Path
    suffix: str
    digest: str
    size_bytes: int


def copy_private(file: UPath, folder: Path, *, number: int, limit_bytes: int) -> PrivateFile:
    """Copy a delivered file into a run folder (0600) and hash the bytes that were copied.

    Args:
        file: A delivered file, local or remote.
        folder: A folder of ``run_folder``.
        number: The file's number in its delivery, from 1.
        limit_bytes: The largest file that is accepted.

    Raises:
        FileRefusedError: Rule ``not_a_file`` (a link, a pipe, a folder), ``file_too_large``,
            ``file_unstable`` (it changed while it was copied) or ``file_unreadable``.
        UnreachableError: If a remote file's server stops answering.
        CcdsError: Rule ``private_copy_failed`` if the copy cannot be written.
    """
    target = folder / f"{number:06d}"
    with _opened(file) as source:
        before = source.state()
        if before.size > limit_bytes:
            raise _too_large(limit_bytes)
        digest, size = _copy(source.stream, target, expected_bytes=before.size)
        if source.state() != before or size != before.size:
            raise _changed()
    suffix = file.suffix.lower()
    return PrivateFile(number, target, suffix if _SUFFIX.fullmatch(suffix) else "", digest, size)


def digest_of(file: UPath) -> str:
    """Return the sha256 (hex) of a delivered file, which tells whether it is still the one that was read.

    Raises:
        FileRefusedError: Rule ``not_a_file`` or ``file_unreadable``.
    """
    digest = hashlib.sha256()
    with _opened(file) as source:
        while chunk := source.stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class _State(NamedTuple):
    size: int
    changed_at: float


@dataclass(frozen=True)
class _Source:
    stream: BinaryIO
    state: Callable[[], _State]


@contextmanager
def _opened(file: UPath) -> Iterator[_Source]:
    try:
        if isinstance(file, Path):
            with os.fdopen(_open_regular(file), "rb") as stream:
                yield _Source(stream, lambda: _state_of(os.fstat(stream.fileno())))
        else:
            with file.open("rb") as remote:
                yield _Source(remote, lambda: _remote_state(file))
    except CcdsError:
        raise
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise _file_unreadable() from None
    except Exception:  # noqa: BLE001  # remote file systems raise types of their own
        if isinstance(file, Path):
            raise _file_unreadable() from None
        # A server that is away says nothing about the file: what it brought before must stay.
        raise unreachable(file.protocol) from None


def _remote_state(file: UPath) -> _State:
    file.fs.invalidate_cache()
    return _state_of(file.stat())


def _file_unreadable() -> FileRefusedError:
    return FileRefusedError(
        "file_unreadable",
        "The file cannot be read",
        remedy="Check that the file is still there and that this account may read it.",
    )


def _open_regular(path: Path) -> int:
    """Open a file that is neither a link nor a pipe, without waiting for one."""
    # O_BINARY exists on Windows only, the others there not.
    flags = [getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")]
    if path.is_symlink() or not path.is_file():
        raise _not_a_file()
    descriptor = os.open(path, os.O_RDONLY | sum(flags))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_a_file()
    return descriptor


def _state_of(status: os.stat_result | StatResultType) -> _State:
    return _State(status.st_size, status.st_mtime)


def _copy(stream: BinaryIO, target: Path, *, expected_bytes: int) -> tuple[str, int]:
    """Copy up to the size that the file had; one that has grown is not followed."""
    digest, size = hashlib.sha256(), 0
    with _new_file(target) as copy:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > expected_bytes:
                raise _changed()
            digest.update(chunk)
            _write(copy, chunk)
    return digest.hexdigest(), size


def _new_file(target: Path) -> BinaryIO:
    try:
        return os.fdopen(create_private(target), "wb", buffering=0)
    except OSError:
        raise _copy_failed() from None


def _write(copy: BinaryIO, chunk: bytes) -> None:
    try:
        written = copy.write(chunk)
    except OSError:
        raise _copy_failed() from None
    if written != len(chunk):
        raise _copy_failed()


def _copy_failed() -> CcdsError:
    return CcdsError(
        "A private copy of a delivered file cannot be written",
        remedy="Check the free space and the permissions of the data folder.",
        rule="private_copy_failed",
    )


def _not_a_file() -> FileRefusedError:
    return FileRefusedError(
        "not_a_file",
        "The delivery holds a link, a pipe or another thing that is not a file",
        remedy="Deliver the file itself.",
    )


def _changed() -> FileRefusedError:
    return FileRefusedError(
        "file_unstable",
        "The file changed while it was copied",
        remedy="Wait until the upload is complete and run again.",
    )


def _too_large(limit_bytes: int) -> FileRefusedError:
    return FileRefusedError(
        "file_too_large",
        f"The file has more than {limit_bytes} bytes",
        remedy="Export fewer records per file, or raise the limit.",
    )
