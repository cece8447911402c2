"""Excel workbooks (xlsx, xls): the one visible sheet as rows of texts.

Reading cells and showing them as texts belong here; whether the file is safe to open belongs in
``workbook_checks`` and ``old_workbook``, what the columns must be in the layouts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import chain, repeat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from ccds_pipeline.sources.delivered import Fault, FaultyCell, LineTally, Row, Rows, SourceFile
from ccds_pipeline.sources.old_workbook import check_old_workbook
from ccds_pipeline.sources.signature import HEAD_BYTES, is_double_encoded, is_old_workbook, nul_character
from ccds_pipeline.sources.workbook_checks import (
    CellFaults,
    check_cells,
    choose_sheet,
    damaged,
    open_container,
    padded_styles,
    visible_sheets,
)

Value = int | float | str | bool | time | date | datetime | timedelta
NumberFault = Callable[[float], Fault | None]
_EXACT_DIGITS = 15  # what a workbook number keeps


@contextmanager
def open_sheet(file: SourceFile, number_fault: NumberFault, *, names: Sequence[str] = ()) -> Iterator[Rows]:
    """Open the one visible sheet of a workbook, or the one that the option ``sheet`` names.

    A row's line is its number in the sheet; rows without any cell are blank rows.

    Args:
        file: The private copy.
        number_fault: Judges each number: the fault of its cell, or None.
        names: What the tool calls the sheet, where it writes several.

    Raises:
        FileRefusedError: If the workbook is damaged, or not safe to read.
    """
    check = check_old_workbook if is_old_workbook(_head(file)) else _check_workbook
    name, faults = check(file, names)
    try:
        with CalamineWorkbook.from_path(file.path) as workbook:
            sheet = workbook.get_sheet_by_name(name)
            tally = LineTally(f"workbook, sheet {name}")
            yield Rows(_rows(sheet, tally, faults, number_fault), tally, sheet=name)
    except CalamineError:
        raise damaged() from None


def _head(file: SourceFile) -> bytes:
    with file.path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def _check_workbook(file: SourceFile, names: Sequence[str]) -> tuple[str, CellFaults]:
    with open_container(file.path, file.limits) as container:
        name, part = choose_sheet(visible_sheets(container), file.options.get("sheet", ""), names)
        return name, check_cells(container.read(part), padded_styles(container), file.limits)


def number_too_long(number: float) -> Fault | None:
    """Accept a number unless it has more digits than a workbook keeps."""
    return Fault.NUMBER_TOO_LONG if abs(number) >= 10**_EXACT_DIGITS else None


def _rows(
    sheet: CalamineSheet, tally: LineTally, faults: CellFaults, number_fault: NumberFault
) -> Iterator[Row]:
    """Yield the rows; those at the end that hold nothing but faulty cells are none to the parser."""
    first_column = sheet.start[1] if sheet.start else 0
    unseen = max(faults, default=0) - (sheet.end[0] + 1 if sheet.end else 0)
    blank: list[Value] = [""] * sheet.width
    for values in chain(sheet.iter_rows(), repeat(blank, max(unseen, 0))):
        tally.total += 1
        if any(isinstance(value, str) and "\0" in value for value in values):
            raise nul_character(tally.total)
        cells = [as_cell(value, number_fault) for value in values]
        for column, fault in faults.get(tally.total, {}).items():
            if 0 <= column - first_column < len(cells):  # elsewhere there is no header
                cells[column - first_column] = FaultyCell("", fault)
        yield Row(tally.total, cells)


def as_cell(value: Value, number_fault: NumberFault) -> str:
    """Show a value as the text that is delivered, or as a faulty cell."""
    if isinstance(value, str):
        is_doubtful = not value.isascii() and is_double_encoded(value)
        return FaultyCell(value, Fault.DOUBLE_ENCODED) if is_doubtful else value
    text, fault = _as_text(value), None
    if type(value) is float or type(value) is int:
        fault = number_fault(value)
    return FaultyCell(text, fault) if fault else text


def _as_text(value: Value) -> str:
    """Show a cell as text: dates in ISO 8601, a whole number without decimals, True and False."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)
