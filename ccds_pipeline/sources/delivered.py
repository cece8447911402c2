"""The one shape that every reader delivers: named columns, rows of texts, and the lines they stand on.

The shape, its names and the limits of a read belong here; reading a file into it, and keeping to the limits,
belong to the readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from ccds_pipeline.programme.labels import normalise_label

MIB = 1024**2


@dataclass(frozen=True)
class Limits:
    """Bounds of one read; a file that goes beyond one is refused, and the others are still read.

    Memory is that of the reading process, times are those of one file. A text file is bounded by its
    field, its line and its columns, and may have any number of rows. A JSON document is read whole, so its
    size is bounded.
    """

    memory_bytes: int = 2048 * MIB
    cpu_seconds: float = 120.0
    wall_seconds: float = 180.0
    field_characters: int = 1_000_000
    line_characters: int = 8_000_000
    columns: int = 4_000
    batch_rows: int = 20_000
    workbook_parts: int = 1_000
    workbook_bytes: int = 300 * MIB
    workbook_ratio: int = 100
    workbook_ratio_from_bytes: int = 20 * MIB
    workbook_cells: int = 20_000_000
    archive_members: int = 1_000
    archive_bytes: int = 1024 * MIB
    archive_ratio: int = 100
    archive_ratio_from_bytes: int = 20 * MIB
    document_bytes: int = 32 * MIB


DEFAULT_LIMITS = Limits()
DELIVERED_FILE_BYTES = 4096 * MIB
"""The greatest size of a delivered file."""


LINE_COLUMN, FAULT_COLUMN, CELL_FAULTS_COLUMN = "@line", "@fault", "@cell_faults"


class Fault(StrEnum):
    """Why a record, or one of its cells, is set aside while the rest is read; the value is its rule."""

    ROW_TOO_LONG = "row_too_long"  # more cells than the header has columns
    ROW_TOO_SHORT = "row_too_short"  # fewer cells than the header has columns
    ROW_BLANK = "row_blank"  # an empty record between others
    ROW_UNFINISHED = "row_unfinished"  # last line without a line end, where the tool always writes one
    HEADER_REPEATED = "header_repeated"  # the header again: two exports were pasted together
    FIELD_HOLDS_RECORDS = "field_holds_records"  # a stray quote swallowed whole records
    UNKNOWN_ACTION = "unknown_action"  # an entry of a meeting's list that is neither a join nor a leave
    ACTION_REPEATED = "action_repeated"  # an entry of a meeting's list that the list has already
    # of a cell
    DOUBLE_ENCODED = "double_encoded"  # UTF-8 that was read as Windows-1252 and saved again
    ERROR_CELL = "error_cell"  # it shows #N/A, #REF! …
    FORMULA_WITHOUT_VALUE = "formula_without_value"  # a formula that no program has calculated
    NUMBER_CELL = "number_cell"  # a number where the source declares text, or whole numbers
    NUMBER_PADDED = "number_padded"  # shown with zeros in front that the number does not hold
    NUMBER_TOO_LONG = "number_too_long"  # more digits than a workbook number keeps


class FaultyCell(str):
    """A cell that cannot be delivered: it costs its record only where somebody maps its column.

    It is a text that is not blank, so that a reader may put it wherever the cell belongs; what it reads is
    never delivered.
    """

    __slots__ = ("fault",)
    fault: Fault

    def __new__(cls, text: str, fault: Fault) -> FaultyCell:
        """Mark a text."""
        cell = super().__new__(cls, text or "?")
        cell.fault = fault
        return cell


@dataclass(frozen=True)
class SourceFile:
    """A private copy to read, with what its source declares about it.

    ``delivery`` are the paths of all files that came with it, itself among them; ``member_name`` is what
    its archive called it, empty outside of one: a text, never a path.
    """

    path: Path
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    delivery: tuple[Path, ...] = ()
    member_name: str = ""


@dataclass(frozen=True)
class DeliveredColumn:
    """A column of a file.

    ``name`` is unique within the file; ``text`` is another wording of the same column (the question
    under a code), empty where the file has none.
    """

    name: str
    text: str = ""


class Row(NamedTuple):
    """One record of a file.

    ``line`` is the physical line (text) or the row (workbook) where it starts, from 1; ``breaks`` counts
    the line breaks inside its fields. A blank cell is an empty text or None; one that breaks a rule is a
    ``FaultyCell``. With a ``fault`` the record cannot be delivered and ``cells`` is empty.
    """

    line: int
    cells: Sequence[str | None]
    breaks: int = 0
    fault: str | None = None


class OwnCount(NamedTuple):
    """What a report counts itself (``name``, in its words), how many it says, and how many it lists."""

    name: str
    said: int
    listed: int


@dataclass
class LineTally:
    """The lines of a file: all of them, and those that belong to no record. Complete after the last row.

    ``form`` says how the file is written: its encoding and delimiter, or its sheet.
    """

    form: str = ""
    total: int = 0
    other: int = 0
    ends_with_line_end: bool = True
    own_counts: list[OwnCount] = field(default_factory=list)

    def note_count(self, name: str, said: int | None, listed: int) -> None:
        """Keep what a report counts itself, if it does, beside what it lists."""
        if said is not None:
            self.own_counts.append(OwnCount(name, said, listed))


@dataclass(frozen=True)
class Rows:
    """The rows of a text, or of one sheet of a workbook, to be read once, with their lines.

    ``delimiter`` separates the cells of a text and is empty in a workbook; ``sheet`` is the name of the
    sheet, empty in a text.
    """

    rows: Iterator[Row]
    tally: LineTally
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class DeliveredTable:
    """What a reader delivers. ``rows`` can be read once; ``tally`` is complete when they are exhausted.

    A companion of the records (a key of answer codes) has no columns and no rows: its lines are other lines.
    """

    columns: tuple[DeliveredColumn, ...]
    rows: Iterator[Row]
    tally: LineTally


Cells = Sequence[str | None]
Reader = Callable[[SourceFile], AbstractContextManager[DeliveredTable]]


def map_cells(rows: Iterable[Row], change: Callable[[Cells], Cells]) -> Iterator[Row]:
    """Change the cells of every row that can be delivered."""
    return (row if row.fault else row._replace(cells=change(row.cells)) for row in rows)


def with_constants(rows: Iterable[Row], constants: Sequence[str | None]) -> Iterator[Row]:
    """Give every row the same further cells: what a file says once for all of its rows."""
    return map_cells(rows, lambda cells: (*cells, *constants))


def name_columns(names: Sequence[str], texts: Sequence[str] = ()) -> tuple[DeliveredColumn, ...]:
    """Give every column a name of its own.

    The second column of a name becomes ``name__2``, the next ``name__3``; names that differ only in
    case, spaces or quotes count as one name, because mappings cannot tell them apart.

    Args:
        names: The header as delivered, in order.
        texts: Other wordings of the same columns, in the same order; may be empty.
    """
    taken = {LINE_COLUMN, FAULT_COLUMN, CELL_FAULTS_COLUMN}
    columns = []
    for position, name in enumerate(names):
        unique, copy = name, 1
        while normalise_label(unique) in taken:
            copy += 1
            unique = f"{name.strip()}__{copy}"
        taken.add(normalise_label(unique))
        columns.append(DeliveredColumn(unique, texts[position] if texts else ""))
    return tuple(columns)


def fingerprint(columns: Sequence[DeliveredColumn]) -> str:
    """Identify a header: sha256 (hex) of the normalised column names in order."""
    labels = "\x1f".join(normalise_label(column.name) for column in columns)
    return hashlib.sha256(labels.encode()).hexdigest()
