"""CSV that is harmless in a spreadsheet, and restricted CSV files: new, readable by their owner alone."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from ccds_pipeline.sources.private_file import private_out

# PRIVACY.md A14: a spreadsheet takes a cell that begins so for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_private_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file of mode 0600 that spreadsheets open as UTF-8.

    Raises:
        UsageError: If the file is there already; it is left as it is.
        ConfigurationError: If it cannot be written.
    """
    with private_out(path, encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([harmless(cell) for cell in row] for row in rows)


def harmless(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula: others get an apostrophe before them."""
    # control: exported cells are no formulas
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
