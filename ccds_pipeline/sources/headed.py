"""Text layouts with one header row: what differs between the tools is said in a ``Layout``.

Reading such a file belongs here; each tool's wording belongs in the module of the tool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.delivered import DeliveredColumn, DeliveredTable, SourceFile, name_columns
from ccds_pipeline.sources.header import checked_names, read_header, rename, require_columns
from ccds_pipeline.sources.text import open_records


@dataclass(frozen=True)
class Layout:
    """A tool's export as delimited text with one header row.

    Args:
        remedy: How to get the right export from the tool, in one sentence.
        required: Columns that every export of the tool has, in the wording that is delivered.
        renames: Other wordings of columns, by normalised label, and what is delivered instead.
        repeats_columns: Whether the tool gives several columns the same name.
        may_end_open: Whether the tool leaves out the line end of the last line.
    """

    remedy: str
    required: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    repeats_columns: bool = True
    may_end_open: bool = False


@contextmanager
def read_headed(file: SourceFile, layout: Layout) -> Iterator[DeliveredTable]:
    """Read a text file with one header row as its layout says.

    Raises:
        FileRefusedError: If the file is not in this layout, or is damaged.
    """
    with open_records(file) as records:
        header = read_header(records.rows, records.tally, remedy=layout.remedy)
        names = checked_names(header, limits=file.limits, remedy=layout.remedy, delimiter=records.delimiter)
        names = rename(names, layout.renames)
        require_columns(names, layout.required, remedy=layout.remedy)
        columns = name_columns(names)
        if not layout.repeats_columns:
            refuse_repeated_columns(names, columns)
        shape = Shape(
            (header,), kept=len(names), delimiter=records.delimiter, may_end_open=layout.may_end_open
        )
        yield DeliveredTable(columns, deliver_rows(records.rows, records.tally, shape), records.tally)


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
