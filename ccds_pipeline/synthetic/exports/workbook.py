"""A workbook of one sheet with one Excel table, written row by row.

Microsoft Forms exports such workbooks. They are written here directly, since xlsxwriter makes tables
only where it keeps all rows in memory. What the rows say belongs elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

SHEET = "Sheet1"
Cell = str | int | datetime | None

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Excel counts days from here.
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # local times, as Excel keeps them
_SECONDS_PER_DAY = 86_400
_ROWS_AT_ONCE = 500

# Parts that are the same in every workbook, by their names in it, and their files in workbook_parts.
_FIXED_PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_relations.xml",
    "xl/workbook.xml": "workbook.xml",
    "xl/_rels/workbook.xml.rels": "workbook_relations.xml",
    "xl/styles.xml": "styles.xml",
    "xl/worksheets/_rels/sheet1.xml.rels": "sheet_relations.xml",
}


class TableWorkbook:
    """One workbook with sheet ``Sheet1`` and table ``Table1``; memory does not grow with its rows.

    Args:
        path: Where it is written.
        header: Texts of the first row; no two are the same, and there are at most 26.
    """

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.rows_n = 0
        self._header = header
        self._letters = [chr(ord("A") + position) for position in range(len(header))]
        self._zip = ZipFile(path, "w")
        parts = files("ccds_pipeline").joinpath("synthetic", "exports", "workbook_parts")
        for name, file in _FIXED_PARTS.items():
            self._zip.writestr(_entry(name), parts.joinpath(file).read_bytes())
        self._sheet: IO[bytes] = self._zip.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True)
        self._waiting = [f'{_XML}<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheetData>']
        self._add(header)

    def append(self, cells: Sequence[Cell]) -> None:
        """Add a row; times are written as Excel date-times, None as an empty cell."""
        self.rows_n += 1
        self._add(cells)

    def close(self) -> None:
        """Finish the sheet, write the table over its rows and close the file."""
        self._waiting.append(
            '</sheetData><tableParts count="1"><tablePart r:id="rId1"/></tableParts></worksheet>'
        )
        self._flush()
        self._sheet.close()
        self._zip.writestr(_entry("xl/tables/table1.xml"), _XML + self._table())
        self._zip.close()

    def _add(self, cells: Sequence[Cell]) -> None:
        number = self.rows_n + 1
        row = "".join(
            _cell(f"{letter}{number}", cell)
            for letter, cell in zip(self._letters, cells, strict=True)
            if cell is not None
        )
        self._waiting.append(f'<row r="{number}">{row}</row>')
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._sheet.write("".join(self._waiting).encode())
        self._waiting.clear()

    def _table(self) -> str:
        area = f"A1:{self._letters[-1]}{self.rows_n + 1}"
        columns = "".join(
            f'<tableColumn id="{number}" name={quoteattr(text)}/>'
            for number, text in enumerate(self._header, start=1)
        )
        return (
            f'<table xmlns="{_MAIN}" id="1" name="Table1" displayName="Table1" ref="{area}" '
            f'totalsRowShown="0"><autoFilter ref="{area}"/>'
            f'<tableColumns count="{len(self._header)}">{columns}</tableColumns></table>'
        )


def _cell(position: str, cell: str | int | datetime) -> str:
    if isinstance(cell, str):
        return f'<c r="{position}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, datetime):
        return f'<c r="{position}" s="1"><v>{(cell - _DAY_ZERO).total_seconds() / _SECONDS_PER_DAY!r}</v></c>'
    return f'<c r="{position}"><v>{cell}</v></c>'


def _entry(name: str) -> ZipInfo:
    """Return an entry that always bears the same date, so that equal content gives equal files."""
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry
