"""Put what people read in its place: readers see the old file or the new one, whole.

What stands in a file belongs elsewhere. Exports of many files have a way of their own (``exports.write``), as
has the released database (``warehouse.publish``).
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from ccds_pipeline.errors import BusyError, ConfigurationError

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def replace_file(target: Path, content: bytes) -> None:
    """Write a file, or put it in place of the one that is there, in one step that readers cannot see.

    Args:
        target: Where it goes, in a folder that exists.
        content: The whole file.

    Raises:
        BusyError: If an office program has the file open.
        ConfigurationError: If there is no such folder, the file is kept from being written, or nothing can
            be written there; what is there stays as it was.
    """
    aside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if not target.parent.is_dir():
            raise ConfigurationError(
                "there is no such folder",
                place=str(target),
                rule="output_writable",
                remedy="Make the folder, or write to another place.",
            )
        refuse_what_is_kept(target)
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    except OSError as error:
        raise ConfigurationError(
            f"nothing can be written there ({system_text(error)})",
            place=str(target),
            rule="output_writable",
            remedy="Free disk space, or write to a folder that may be written to.",
        ) from None
    finally:
        with suppress(OSError):
            aside.unlink()


def refuse_what_is_kept(target: Path) -> None:
    """Refuse a file that may be there, but may not be written now.

    Raises:
        BusyError: If an office program has the file open.
        ConfigurationError: If the file is kept from being written, or a folder is in its place.
    """
    if target.is_dir():
        raise ConfigurationError(
            "this is a folder, and a file is expected",
            place=str(target),
            rule="output_writable",
            remedy="Name a file.",
        )
    if target.exists() and not target.stat().st_mode & _WRITABLE:
        raise ConfigurationError(
            "the file is read-only",
            place=str(target),
            rule="output_writable",
            remedy="Let it be written to, or write to another place.",
        )
    if any(target.with_name(name).exists() for name in _owner_files(target.name)):
        raise BusyError(
            "the file is open in another program",
            place=str(target),
            rule="output_writable",
            remedy="Close it there, or write to another place.",
        )


def _owner_files(name: str) -> tuple[str, ...]:
    """Return the names of the files by which Word and LibreOffice say that they have a file open."""
    return (f"~${name}", f"~${name[2:]}", f".~lock.{name}#")


def system_text(error: OSError) -> str:
    """Return what the system says of an error of its own, without what a library made of it."""
    return os.strerror(error.errno) if error.errno else type(error).__name__
