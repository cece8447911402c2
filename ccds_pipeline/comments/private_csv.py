"""CSV that is harmless in a spreadsheet, and restricted CSV files: new, readable by their owner alone."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ccds_pipeline.errors import ConfigurationError, UsageError

# Privacy page, A14: a spreadsheet takes a cell that begins so for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_private_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file of mode 0600 that spreadsheets open as UTF-8.

    Raises:
        UsageError: If the file is there already; it is left as it is.
        ConfigurationError: If it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows([harmless(cell) for cell in row] for row in rows)
    except FileExistsError:
        raise UsageError(
            "the file is there already, and may hold somebody's work",
            place=str(path),
            rule="out_is_new",
            remedy="Give another file with --out, or move this one away.",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"the file cannot be written ({type(error).__name__})",
            place=str(path),
            rule="out_is_writable",
            remedy="Give a file with --out in a folder that exists, that you may write to, and with space.",
        ) from None


def harmless(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula: others get an apostrophe before them."""
    # control: exported cells are no formulas
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
