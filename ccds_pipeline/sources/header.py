"""The header of a delivered table: found, checked, and turned into columns.

Refusing a header that cannot be right belongs here; the rows under it belong in ``body``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import LineTally, Row
from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.limits import Limits
from ccds_pipeline.sources.text import DELIMITERS


def next_header_row(rows: Iterator[Row], tally: LineTally) -> list[str] | None:
    """Take the next row that is not empty, and count it and the empty lines before it as other lines."""
    for row in rows:
        tally.other += 1 + row.breaks
        if any(row.cells):
            return texts_of(row)
    return None


def read_header(rows: Iterator[Row], tally: LineTally, *, remedy: str) -> list[str]:
    """Take the first header row, as delivered; ``remedy`` says how to get the right export.

    Raises:
        FileRefusedError: Rule ``header_missing``.
    """
    header = next_header_row(rows, tally)
    if header is None:
        raise FileRefusedError("header_missing", "The file has no header", remedy=remedy)
    return header


def texts_of(row: Row) -> list[str]:
    """Show the cells of a header row as texts; a blank cell is the empty text."""
    return [cell or "" for cell in row.cells]


def checked_names(header: Sequence[str], *, limits: Limits, remedy: str, delimiter: str = "") -> list[str]:
    """Return the names of a header's columns, without blank ones at its end.

    Args:
        header: One text per column.
        limits: Bounds the number of columns.
        remedy: How to get the right export.
        delimiter: What separates the columns of a text file.

    Raises:
        FileRefusedError: Rule ``too_many_columns``, ``wrong_delimiter``, ``header_single_column`` or
            ``header_blank`` (a column before the last has no name).
    """
    if len(header) > limits.columns:
        raise FileRefusedError(
            "too_many_columns",
            f"The header has {len(header)} columns, more than {limits.columns}",
            remedy="Check that the file is the tool's own table export.",
        )
    names = list(header)
    while len(names) > 1 and not normalise_label(names[-1]):
        names.pop()
    if len(names) == 1:
        raise _single_column(names[0], delimiter, remedy)
    for position, name in enumerate(names, start=1):
        if not normalise_label(name):
            raise FileRefusedError(
                "header_blank",
                f"Column {position} of {len(names)} has no name",
                remedy="Check that the first line is the header, and export the file again.",
            )
    return names


def joined_header(headers: Sequence[Sequence[str]]) -> list[str]:
    """Name columns by several header rows: "first [second] [third]", without what is blank.

    The first row is blank where a question goes on over several columns, so it is filled forward.
    """
    first, *others = headers
    if not others:
        return list(first)
    names = []
    for filled, own, *parts in zip(filled_forward(first), first, *others, strict=True):
        said = " ".join(f"[{part}]" for part in parts if part)
        names.append("" if not (own or said) else f"{filled} {said}".strip())
    return names


def filled_forward(cells: Sequence[str]) -> list[str]:
    """Fill blank cells with the text before them."""
    filled, last = [], ""
    for cell in cells:
        last = cell or last
        filled.append(last)
    return filled


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


def _single_column(name: str, delimiter: str, remedy: str) -> FileRefusedError:
    for word, other in DELIMITERS.items():
        if delimiter and other != delimiter and other in name:
            return FileRefusedError(
                "wrong_delimiter",
                f"The header is one column with a {word} in it",
                remedy=f"If the file is right, set the source's option delimiter to {word}.",
            )
    return FileRefusedError("header_single_column", "The header has one column", remedy=remedy)
