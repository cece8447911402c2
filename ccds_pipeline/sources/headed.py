"""Layouts with one header row: what differs between the tools is said in a ``Layout``.

Reading such a file belongs here; each tool's wording belongs in the module of the tool.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.delivered import DeliveredColumn, DeliveredTable, Row, SourceFile, name_columns
from ccds_pipeline.sources.header import (
    checked_names,
    joined_header,
    read_header,
    rename,
    require_columns,
    texts_of,
)
from ccds_pipeline.sources.rows import Rows, open_rows
from ccds_pipeline.sources.workbook import NumberFault, whole_number_fault


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
