"""New files that only their owner may read; nothing is ever overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ccds_pipeline.errors import ConfigurationError, UsageError


def create_private(path: Path) -> int:
    """Create a file of mode 0600 and return its descriptor.

    Raises:
        FileExistsError: If it is there already.
        OSError: If it cannot be made.
    """
    # control: restricted files are for their owner alone
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


@contextmanager
def private_out(path: Path, *, encoding: str = "utf-8", newline: str | None = None) -> Iterator[TextIO]:
    """Open the new file that a user names with ``--out``; if writing fails, it does not stay.

    Raises:
        UsageError: If the file is there already; it is left as it is.
        ConfigurationError: If it cannot be written.
    """
    try:
        descriptor = create_private(path)
    except FileExistsError:
        raise UsageError(
            "the file is there already, and may hold somebody's work",
            place=str(path),
            rule="out_is_new",
            remedy="Give another file with --out, or move this one away.",
        ) from None
    except OSError as error:
        raise _not_writable(path, error) from None
    try:
        with os.fdopen(descriptor, "w", encoding=encoding, newline=newline) as file:
            yield file
    except OSError as error:
        path.unlink()
        raise _not_writable(path, error) from None
    except BaseException:
        path.unlink()
        raise


def _not_writable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"the file cannot be written ({type(error).__name__})",
        place=str(path),
        rule="out_is_writable",
        remedy="Give a file with --out in a folder that exists, that you may write to, and with space.",
    )
