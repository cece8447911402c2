"""The header of a delivered table: found, checked, and turned into columns.

Refusing a header that cannot be right belongs here; the rows under it belong in ``body``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import LineTally, Row
from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.limits import Limits
from ccds_pipeline.sources.text import DELIMITERS, Records


def next_header_row(rows: Iterator[Row], tally: LineTally) -> Row | None:
    """Take the next row that is not empty and count it, and the empty lines before it, as other lines."""
    for row in rows:
        tally.other += 1 + row.breaks
        if any(row.cells):
            return row
    return None


def read_header(records: Records, *, limits: Limits, remedy: str) -> list[str]:
    """Read the first header row of a text file, as delivered.

    Args:
        records: The records of the file, none of them read yet.
        limits: Bounds the number of columns.
        remedy: How to get the right export.

    Raises:
        FileRefusedError: If there is no header, or its only column shows another delimiter.
    """
    header = next_header_row(records.rows, records.tally)
    if header is None:
        raise missing_header(remedy)
    cells = texts_of(header)
    refuse_single_column(cells, delimiter=records.delimiter, remedy=remedy)
    check_width(cells, limits)
    return cells


def texts_of(row: Row) -> list[str]:
    """Show the cells of a header row as texts; a blank cell is the empty text."""
    return [cell or "" for cell in row.cells]


def without_blank_end(names: Sequence[str]) -> list[str]:
    """Leave out the blank columns at the end of a header, and refuse blank ones before it.

    Raises:
        FileRefusedError: Rule ``header_blank``.
    """
    kept = list(names)
    while kept and not normalise_label(kept[-1]):
        kept.pop()
    for position, name in enumerate(kept, start=1):
        if not normalise_label(name):
            raise FileRefusedError(
                "header_blank",
                f"Column {position} of {len(kept)} has no name",
                remedy="Check that the first line is the header, and export the file again.",
            )
    return kept


def check_width(names: Sequence[str], limits: Limits) -> None:
    """Refuse a header with more columns than a file may have.

    Raises:
        FileRefusedError: Rule ``too_many_columns``.
    """
    if len(names) > limits.columns:
        raise FileRefusedError(
            "too_many_columns",
            f"The header has {len(names)} columns, more than {limits.columns}",
            remedy="Check that the file is the tool's own table export.",
        )


def rename(names: Sequence[str], renames: Mapping[str, str]) -> list[str]:
    """Replace known variants of a column name; ``renames`` is keyed by the normalised label."""
    return [renames.get(normalise_label(name), name) for name in names]


def require_columns(names: Sequence[str], required: Sequence[str], *, remedy: str) -> None:
    """Refuse a header without the columns that its layout always has.

    The message names what is missing and never what is there: a file without a header has values there.

    Raises:
        FileRefusedError: Rule ``missing_columns``.
    """
    present = {normalise_label(name) for name in names}
    missing = [name for name in required if normalise_label(name) not in present]
    if missing:
        problem = f"The file has no column {', '.join(missing)}"
        raise FileRefusedError("missing_columns", problem, remedy=remedy)


def missing_header(remedy: str) -> FileRefusedError:
    """Say that a file holds no header at all."""
    return FileRefusedError("header_missing", "The file has no header", remedy=remedy)


def refuse_single_column(cells: Sequence[str], *, delimiter: str, remedy: str) -> None:
    """Refuse a header of one column, and say so if another delimiter stands in it.

    Raises:
        FileRefusedError: Rule ``wrong_delimiter`` or ``header_single_column``.
    """
    if len(cells) != 1:
        return
    for name, other in DELIMITERS.items():
        if other != delimiter and other in cells[0]:
            raise FileRefusedError(
                "wrong_delimiter",
                f"The header is one column with a {name} in it",
                remedy=f"If the file is right, set the source's option delimiter to {name}.",
            )
    raise FileRefusedError("header_single_column", "The header has one column", remedy=remedy)
