"""Excel workbooks (xlsx): the one visible sheet as rows of texts.

Reading cells and showing them as texts belong here; whether the file is safe to open belongs in
``workbook_checks``, what the columns must be in the layouts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import Fault, LineTally, Row, Rows, SourceFile
from ccds_pipeline.sources.signature import (
    HEAD_BYTES,
    is_double_encoded,
    is_workbook,
    refuse_binary,
    refuse_markup,
)
from ccds_pipeline.sources.workbook_checks import check_cells, damaged, open_container, visible_sheet

Value = int | float | str | bool | time | date | datetime | timedelta
NumberFault = Callable[[float], Fault | None]
_EXACT_DIGITS = 15  # what a workbook number keeps


@contextmanager
def open_sheet(file: SourceFile, number_fault: NumberFault, *, names: Sequence[str] = ()) -> Iterator[Rows]:
    """Open the one visible sheet of a workbook, or the one that the option ``sheet`` names.

    A row's line is its number in the sheet; rows without any cell are blank rows.

    Args:
        file: The private copy.
        number_fault: Judges each number: the fault of its row, or None.
        names: What the tool calls the sheet, where it writes several.

    Raises:
        FileRefusedError: If the file is not a workbook, or not safe to read.
    """
    _refuse_other_kinds(file)
    with open_container(file.path, file.limits) as container:
        name, part = visible_sheet(container, file.options.get("sheet", ""), names)
        faults = check_cells(container.read(part), file.limits)
    try:
        with CalamineWorkbook.from_path(file.path) as workbook:
            sheet = workbook.get_sheet_by_name(name)
            tally = LineTally(f"workbook, sheet {name}")
            yield Rows(_rows(sheet, tally, faults, number_fault), tally, sheet=name)
    except CalamineError:
        raise damaged() from None


def whole_number_fault(number: float) -> Fault | None:
    """Accept a number unless it has more digits than a workbook keeps."""
    return Fault.NUMBER_TOO_LONG if abs(number) >= 10**_EXACT_DIGITS else None


def _refuse_other_kinds(file: SourceFile) -> None:
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if is_workbook(head):
        return
    refuse_binary(head)
    refuse_markup(head.decode(errors="ignore"))
    raise FileRefusedError(
        "not_a_workbook",
        "The file is not an Excel workbook (xlsx)",
        remedy="Download the responses as an Excel workbook and deliver the file as it is.",
    )


def _rows(
    sheet: CalamineSheet, tally: LineTally, faults: dict[int, Fault], number_fault: NumberFault
) -> Iterator[Row]:
    for values in sheet.iter_rows():
        tally.total += 1
        fault = faults.get(tally.total) or _fault_of(values, number_fault)
        texts = [value if isinstance(value, str) else _as_text(value) for value in values]
        yield Row(tally.total, texts, 0, fault)


def _fault_of(values: Sequence[Value], number_fault: NumberFault) -> Fault | None:
    for value in values:
        if isinstance(value, str):
            if not value.isascii() and is_double_encoded(value):
                return Fault.DOUBLE_ENCODED
        elif type(value) is float or type(value) is int:
            fault = number_fault(value)
            if fault:
                return fault
    return None


def _as_text(value: Value) -> str:
    """Show a cell as text: dates in ISO 8601, a whole number without decimals, True and False."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)
