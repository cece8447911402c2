"""The header of a delivered table, found, checked and turned into columns; and layouts with a plain one.

Refusing a header that cannot be right belongs here, and what differs between tools with a plain header
(``Layout``); the rows under it belong in ``body``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.delivered import (
    DeliveredColumn,
    DeliveredTable,
    Limits,
    LineTally,
    Row,
    SourceFile,
    name_columns,
)
from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.rows import Rows, open_rows
from ccds_pipeline.sources.text import DELIMITERS
from ccds_pipeline.sources.workbook import NumberFault, whole_number_fault


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


@dataclass(frozen=True)
class Layout:
    """A tool's export with one header row, as delimited text or as a workbook.

    Args:
        remedy: How to get the right export from the tool, in one sentence.
        required: Columns that every export of the tool has, in the wording that is delivered.
        renames: Other wordings of columns, by normalised label, and what is delivered instead.
        repeats_columns: Whether the tool gives several columns the same name.
        may_end_open: Whether the tool leaves out the line end of the last line.
        leading: What the first column is called, where the tool always puts it first.
        sheets: What the tool calls the sheet of a workbook with several.
        skips_spaces: Whether the tool puts a space between a delimiter and a quote.
        blanks: Texts that the tool writes into a cell without a value, delivered as blank.
        header_rows: How many rows the header has; a column is then named "first [second] [third]".
        number_fault: Judges each number of a workbook.
    """

    remedy: str
    required: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    repeats_columns: bool = True
    may_end_open: bool = False
    leading: str = ""
    sheets: tuple[str, ...] = ()
    skips_spaces: bool = False
    blanks: frozenset[str] = frozenset()
    header_rows: int = 1
    number_fault: NumberFault = whole_number_fault


@contextmanager
def read_headed(file: SourceFile, layout: Layout) -> Iterator[DeliveredTable]:
    """Read a file with one header row as its layout says.

    Raises:
        FileRefusedError: If the file is not in this layout, or is damaged.
    """
    with open_rows(
        file, sheets=layout.sheets, skips_spaces=layout.skips_spaces, number_fault=layout.number_fault
    ) as records:
        headers = _header_rows(records, layout)
        names = checked_names(
            joined_header(headers), limits=file.limits, remedy=layout.remedy, delimiter=records.delimiter
        )
        names = rename(names, layout.renames)
        require_columns(names[:1], (layout.leading,) if layout.leading else (), remedy=layout.remedy)
        require_columns(names, layout.required, remedy=layout.remedy)
        columns = name_columns(names)
        if not layout.repeats_columns:
            refuse_repeated_columns(names, columns)
        shape = Shape(
            tuple(headers), kept=len(names), delimiter=records.delimiter, may_end_open=layout.may_end_open
        )
        rows = deliver_rows(records.rows, records.tally, shape)
        yield DeliveredTable(columns, without_markers(rows, layout.blanks), records.tally)


def _header_rows(records: Rows, layout: Layout) -> list[list[str]]:
    headers = [read_header(records.rows, records.tally, remedy=layout.remedy)]
    for _ in range(1, layout.header_rows):
        following = next(records.rows, None)
        if following is None or len(following.cells) != len(headers[0]):
            raise FileRefusedError(
                "header_row_missing",
                f"The header has fewer than {layout.header_rows} rows of one length",
                remedy=layout.remedy,
            )
        records.tally.other += 1 + following.breaks
        headers.append(texts_of(following))
    return headers


def without_markers(rows: Iterator[Row], markers: Collection[str]) -> Iterator[Row]:
    """Turn the texts that a tool writes for "no value" into blanks."""
    if not markers:
        return rows
    return (row._replace(cells=[None if cell in markers else cell for cell in row.cells]) for row in rows)


def refuse_repeated_columns(names: list[str], columns: tuple[DeliveredColumn, ...]) -> None:
    """Refuse a header that names two columns alike.

    Raises:
        FileRefusedError: Rule ``column_repeated``.
    """
    for position, (name, column) in enumerate(zip(names, columns, strict=True), start=1):
        if column.name != name:
            raise FileRefusedError(
                "column_repeated",
                f"Column {position} has the name of a column before it",
                remedy="Give every column a name of its own at the source.",
            )
