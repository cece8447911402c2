"""What a sheet's XML says that the workbook parser does not: its extent, error cells, empty formulas.

Only looking at the sheet's markup belongs here; the values are read in ``workbook``. The parser
(calamine) allocates the whole box of cells and shows an error cell, or a formula that was never
calculated, as blank: both must be known before it runs.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import Fault
from ccds_pipeline.sources.limits import Limits
from ccds_pipeline.sources.workbook_container import damaged

_LETTERS, _DIGITS = string.ascii_uppercase.encode(), string.digits.encode()
_PREFIX = rb"<(?:[\w.-]+:)?"
_CELL = re.compile(_PREFIX + rb"c[\s/>]")
_PLACE = re.compile(_PREFIX + rb"""c\s+(?:[^<>]*?\s)??r\s*=\s*["']([A-Z]{1,3}[1-9][0-9]{0,6})["']""")
_ERROR_TYPE = re.compile(rb"""\bt\s*=\s*["']e["']""")
_ERROR = re.compile(_PREFIX + rb"""c\s(?=[^<>]*\bt\s*=\s*["']e["'])[^<>]*\br\s*=\s*["'][A-Z]{1,3}([0-9]+)""")
_FORMULA = re.compile(_PREFIX + rb"f[\s/>]")
_FULL_CELL = re.compile(
    _PREFIX + rb"""c\s([^<>]*\br\s*=\s*["'][A-Z]{1,3}([0-9]+)["'][^<>]*)(?<!/)>(.*?)</(?:[\w.-]+:)?c\s*>""",
    re.DOTALL,
)
_VALUE = re.compile(_PREFIX + rb"v(?:\s[^<>]*)?>[^<]")
_TEXT_RESULT = re.compile(rb"""\bt\s*=\s*["']str["']""")


def check_cells(sheet: bytes, limits: Limits) -> dict[int, Fault]:
    """Find the rows of a sheet that cannot be delivered.

    Args:
        sheet: The sheet's XML.
        limits: Bounds the box from the first to the last cell.

    Returns:
        The fault of each such row, by row number from 1.

    Raises:
        FileRefusedError: Rule ``workbook_too_large`` or ``workbook_damaged``.
    """
    _check_box(sheet, limits)
    faults: dict[int, Fault] = {}
    if _ERROR_TYPE.search(sheet):
        faults |= {int(match[1]): Fault.ERROR_CELL for match in _ERROR.finditer(sheet)}
    if _FORMULA.search(sheet):
        faults |= {int(match[2]): Fault.FORMULA_WITHOUT_VALUE for match in _uncalculated(sheet)}
    return faults


def _uncalculated(sheet: bytes) -> Iterator[re.Match[bytes]]:
    for cell in _FULL_CELL.finditer(sheet):
        if _FORMULA.search(cell[3]) and not (_VALUE.search(cell[3]) or _TEXT_RESULT.search(cell[1])):
            yield cell


def _check_box(sheet: bytes, limits: Limits) -> None:
    places = _PLACE.findall(sheet)
    if len(places) != len(_CELL.findall(sheet)):
        raise damaged()  # a cell without a place, or markup that no spreadsheet program writes
    if not places:
        return
    together = b" ".join(places)
    rows = {int(row) for row in set(together.translate(None, _LETTERS).split())}
    columns = {_column_number(column) for column in set(together.translate(None, _DIGITS).split())}
    box = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    if box > limits.workbook_cells:
        raise FileRefusedError(
            "workbook_too_large",
            f"The sheet spans {box} cells, more than {limits.workbook_cells}",
            remedy="A cell far outside of the table is filled: download the file again from the tool.",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
