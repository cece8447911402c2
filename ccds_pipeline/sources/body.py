"""The rows under a header: each is delivered whole, or set aside with the rule it broke.

Checks of a row against the header belong here; what the cells mean belongs in ``ingest.conform``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import Fault, LineTally, Row

_LINE_END = re.compile(r"\r\n|\r|\n")
_DELIMITERS_THAT_PROVE_A_RECORD = 4  # a line of a comment with fewer delimiters is common


@dataclass(frozen=True)
class Shape:
    """What a row must look like.

    Args:
        headers: The header rows as delivered; a row equal to one of them is not a record.
        kept: How many columns are delivered; any cells after them (up to the width of the first header)
            must be blank.
        delimiter: What separates cells, to recognise records inside a field.
        is_padded: Whether the tool fills short rows, or all rows, with blank cells at the end.
        may_end_open: Whether the tool leaves out the line end of the last line.
    """

    headers: tuple[Sequence[str], ...]
    kept: int
    delimiter: str = ","
    is_padded: bool = False
    may_end_open: bool = False

    def fault_of(self, row: Row) -> str | None:
        """Name the rule that a row breaks, or None."""
        cells, width = row.cells, len(self.headers[0])
        if row.fault:
            return row.fault
        if len(cells) < (self.kept if self.is_padded else width):
            return Fault.ROW_TOO_SHORT
        if len(cells) > self.kept and (
            any(cells[self.kept :]) or (len(cells) > width and not self.is_padded)
        ):
            return Fault.ROW_TOO_LONG
        if self._repeats_header(cells):
            return Fault.HEADER_REPEATED
        if row.breaks and self._holds_records(cells):
            return Fault.FIELD_HOLDS_RECORDS
        return None

    def _repeats_header(self, cells: Sequence[str | None]) -> bool:
        last = cells[self.kept - 1]
        return any(
            list(cells[1 : self.kept]) == list(header[1 : self.kept])
            # A pasted second export may begin with its byte order mark.
            and (cells[0] or "").lstrip("\ufeff") == header[0]
            for header in self.headers
            if last == header[self.kept - 1]
        )

    def _holds_records(self, cells: Sequence[str | None]) -> bool:
        """Whether a field holds lines with as many delimiters as a record has.

        A stray quote pair opens and closes in the same column, so the last line inside the field has as
        many delimiters as there are columns before it.
        """
        full = len(self.headers[0]) - 1
        for position, cell in enumerate(cells):
            _, *inner = _LINE_END.split(cell or "")
            if not inner:
                continue
            counts = [line.count(self.delimiter) for line in inner]
            if full >= _DELIMITERS_THAT_PROVE_A_RECORD and full in counts[:-1]:
                return True
            if position >= _DELIMITERS_THAT_PROVE_A_RECORD and counts[-1] == position:
                return True
        return False


def deliver_rows(rows: Iterator[Row], tally: LineTally, shape: Shape) -> Iterator[Row]:
    """Yield every record under a header, whole or with its fault.

    Empty records between others are set aside as ``row_blank``; those at the end of the file are other
    lines.

    Raises:
        FileRefusedError: Rule ``truncated`` if the file ends in the middle of a row.
    """
    held: Row | None = None  # the last row is judged when the end of the file is known
    gap: list[Row] = []
    for row in rows:
        if not any(row.cells) and row.fault is None:
            gap.append(row)
            continue
        if held is not None:
            yield held
        yield from (_set_aside(blank, Fault.ROW_BLANK) for blank in gap)
        gap.clear()
        held = _checked(row, shape)
    if held is not None:
        yield _last_row(held, tally, shape)
    elif not (tally.ends_with_line_end or shape.may_end_open):
        raise _truncated(tally.total)
    tally.other += sum(1 + blank.breaks for blank in gap)


def _checked(row: Row, shape: Shape) -> Row:
    fault = shape.fault_of(row)
    if fault is not None:
        return _set_aside(row, fault)
    return row if len(row.cells) == shape.kept else row._replace(cells=row.cells[: shape.kept])


def _set_aside(row: Row, fault: str) -> Row:
    return Row(row.line, (), row.breaks, fault)


def _last_row(row: Row, tally: LineTally, shape: Shape) -> Row:
    is_open = not tally.ends_with_line_end and row.line + row.breaks == tally.total
    if is_open and row.fault == Fault.ROW_TOO_SHORT:
        raise _truncated(row.line)
    if is_open and row.fault is None and not shape.may_end_open:
        return _set_aside(row, Fault.ROW_UNFINISHED)
    return row


def _truncated(line: int) -> FileRefusedError:
    return FileRefusedError(
        "truncated",
        "The file ends in the middle of a row",
        remedy="The export or its upload broke off: deliver the file again.",
        line=line,
    )
