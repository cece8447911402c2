"""Whether a workbook is safe to open: what its container, XML parts and cells hold.

Finding the part of the visible sheet belongs here too; reading the rows belongs in ``workbook``. The parser
(calamine) allocates the whole box of cells and shows an error cell, or a formula that was never
calculated, as blank: both must be known before it runs.
"""

from __future__ import annotations

import posixpath
import re
import string
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree as ET

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import Fault, Limits
from ccds_pipeline.sources.signature import DAMAGED_ZIP

_DOCUMENT_TYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_READABLE_ENCODINGS = frozenset({b"utf-8", b"us-ascii"})
_OTHER_BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
_OVERLAP = 16  # bytes kept between chunks, so that a marker across two of them is seen
_CHUNK = 1024**2
_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAMAGED = (*DAMAGED_ZIP, KeyError, ET.ParseError)
_LETTERS, _DIGITS = string.ascii_uppercase.encode(), string.digits.encode()
_PREFIX = rb"<(?:[\w.-]+:)?"
_CELL = re.compile(_PREFIX + rb"c[\s/>]")
_ADDRESS = re.compile(_PREFIX + rb"""c\s+(?:[^<>]*?\s)??r\s*=\s*["']([A-Z]{1,3}[1-9][0-9]{0,6})["']""")
_ERROR_TYPE = re.compile(rb"""\bt\s*=\s*["']e["']""")
_TEXT_TYPE = re.compile(rb"""\bt\s*=\s*["'](?!n["'])""")
_STYLE = re.compile(rb"""\bs\s*=\s*["']([0-9]+)["']""")
_START = re.compile(_PREFIX + rb"""c\s([^<>]*\br\s*=\s*["']([A-Z]{1,3})([0-9]+)["'][^<>]*)>""")
_FORMULA = re.compile(_PREFIX + rb"f[\s/>]")
_FULL_CELL = re.compile(
    _PREFIX + rb"""c\s([^<>]*\br\s*=\s*["']([A-Z]{1,3})([0-9]+)["'][^<>]*)(?<!/)>(.*?)</(?:[\w.-]+:)?c\s*>""",
    re.DOTALL,
)
_VALUE = re.compile(_PREFIX + rb"v(?:\s[^<>]*)?>[^<]")
_TEXT_RESULT = re.compile(rb"""\bt\s*=\s*["']str["']""")
# In a number format: texts that stand as they are, and what ends the places before the decimal point.
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_END_OF_WHOLE_PLACES = re.compile("[;.Ee]")

Part = TypeVar("Part")
CellFaults = Mapping[int, Mapping[int, Fault]]
"""The faults of cells by row (from 1) and column (from 0)."""


@contextmanager
def open_container(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a workbook's container after checking sizes, names and markup of all its parts.

    Raises:
        FileRefusedError: If the container is damaged, hostile or larger than the limits.
    """
    try:
        with zipfile.ZipFile(path) as container:
            _check_parts(container.infolist(), path.stat().st_size, limits)
            for part in container.infolist():
                _check_markup(container, part)
            yield container
    except _DAMAGED:
        raise damaged() from None


def choose_sheet(sheets: Mapping[str, Part], wanted: str, names: Sequence[str] = ()) -> tuple[str, Part]:
    """Choose the sheet to read: the named one, the only visible one, or the one of a known name.

    Args:
        sheets: Where each visible sheet is, by name.
        wanted: The source's option ``sheet``; empty if there is none.
        names: What the tool calls the sheet, where it writes several.

    Returns:
        The sheet's name, and where it is.

    Raises:
        FileRefusedError: Rule ``several_sheets`` or ``sheet_missing``.
    """
    if wanted:
        if wanted not in sheets:
            raise FileRefusedError(
                "sheet_missing",
                "The workbook has no visible sheet of the declared name",
                remedy="Correct the source's option sheet, or export the file again.",
            )
        return wanted, sheets[wanted]
    known = [name for name in names if name in sheets]
    if len(sheets) > 1 and len(known) == 1:
        return known[0], sheets[known[0]]
    if len(sheets) != 1:
        raise FileRefusedError(
            "several_sheets",
            f"The workbook has {len(sheets)} visible sheets, not one",
            remedy="Deliver the tool's own export, or name the sheet in the source's option sheet.",
        )
    return next(iter(sheets.items()))


def damaged() -> FileRefusedError:
    """Say that a workbook cannot be opened."""
    return FileRefusedError(
        "workbook_damaged",
        "The workbook or archive is damaged or incomplete",
        remedy="Download it again from the tool, without opening and saving it.",
    )


def _check_parts(parts: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    names = {part.filename.lower() for part in parts}
    total = sum(part.file_size for part in parts)
    if len(parts) > limits.workbook_parts or total > limits.workbook_bytes:
        raise too_large(f"{len(parts)} parts with {total} bytes")
    if total > limits.workbook_ratio_from_bytes and total > limits.workbook_ratio * size:
        raise too_large(f"parts more than {limits.workbook_ratio} times the size of the file")
    if len(names) != len(parts) or any(_leaves_container(part.filename) for part in parts):
        raise FileRefusedError(
            "workbook_unsafe",
            "The workbook has a part twice, or one that lies outside of it, which no tool writes",
            remedy="Do not open the file; ask where it comes from.",
        )


def _leaves_container(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name)


def too_large(what: str) -> FileRefusedError:
    """Say that a workbook is larger than the limits."""
    return FileRefusedError(
        "workbook_too_large",
        f"Unpacked, the workbook has {what}",
        remedy="Deliver the tool's own export, or split it into several files.",
    )


def _check_markup(container: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part to its end (which checks its sum), and refuse a document type or a foreign encoding."""
    kept = b""
    with container.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if not kept:
                _check_encoding(chunk, part.filename)
            if _DOCUMENT_TYPE.search(kept + chunk):
                raise FileRefusedError(
                    "document_type",
                    "The workbook declares a document type or an entity, which no tool writes",
                    remedy="Do not open the file; ask where it comes from.",
                )
            kept = chunk[-_OVERLAP:]


def _check_encoding(start: bytes, name: str) -> None:
    if not name.lower().endswith((".xml", ".rels")):
        return
    declared = _ENCODING.match(start)
    if start.startswith(_OTHER_BYTE_ORDER) or (declared and declared[1].lower() not in _READABLE_ENCODINGS):
        raise damaged()


def visible_sheets(container: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of each visible sheet's part."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _parse(container, "xl/_rels/workbook.xml.rels")
        if relation.get("Type", "").endswith("/worksheet")
    }
    return {
        sheet.get("name", ""): _part_name(targets[sheet.get(_RELATIONSHIP, "")])
        for sheet in _parse(container, "xl/workbook.xml").iter()
        if sheet.tag.endswith("}sheet")
        and sheet.get("state", "visible") == "visible"
        and sheet.get(_RELATIONSHIP) in targets
    }


def _parse(container: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(container.read(name))  # noqa: S314  # has no document type, see above


def _part_name(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def padded_styles(container: zipfile.ZipFile) -> frozenset[bytes]:
    """Return the numbers of the cell styles that show a number with zeros in front, as in "00123"."""
    if "xl/styles.xml" not in container.namelist():
        return frozenset()
    styles = _parse(container, "xl/styles.xml")
    padding = {
        form.get("numFmtId")
        for form in styles.iter()
        if form.tag.endswith("}numFmt") and pads(form.get("formatCode", ""))
    }
    formats = (style for part in styles if part.tag.endswith("}cellXfs") for style in part)
    return frozenset(
        str(number).encode() for number, style in enumerate(formats) if style.get("numFmtId") in padding
    )


def pads(number_format: str) -> bool:
    """Whether a number format shows zeros in front, as in "00123"."""
    whole = _END_OF_WHOLE_PLACES.split(_LITERAL.sub("", number_format))[0]
    return "".join(place for place in whole if place in "0#?").startswith("00")


def check_cells(sheet: bytes, padded: Collection[bytes], limits: Limits) -> CellFaults:
    """Find the cells of a sheet that cannot be delivered.

    Args:
        sheet: The sheet's XML.
        padded: The styles that show a number with zeros in front.
        limits: Bounds the box from the first to the last cell.

    Raises:
        FileRefusedError: Rule ``workbook_too_large`` or ``workbook_damaged``.
    """
    _check_box(sheet, limits)
    faults: dict[int, dict[int, Fault]] = {}
    for column, row, fault in chain(_errors(sheet), _uncalculated(sheet), _padded_numbers(sheet, padded)):
        faults.setdefault(int(row), {})[_column_number(column) - 1] = fault
    return faults


_Found = Iterator[tuple[bytes, bytes, Fault]]


def _errors(sheet: bytes) -> _Found:
    for cell in _START.finditer(sheet) if _ERROR_TYPE.search(sheet) else ():
        if _ERROR_TYPE.search(cell[1]):
            yield cell[2], cell[3], Fault.ERROR_CELL


def _uncalculated(sheet: bytes) -> _Found:
    for cell in _FULL_CELL.finditer(sheet) if _FORMULA.search(sheet) else ():
        if _FORMULA.search(cell[4]) and not (_VALUE.search(cell[4]) or _TEXT_RESULT.search(cell[1])):
            yield cell[2], cell[3], Fault.FORMULA_WITHOUT_VALUE


def _padded_numbers(sheet: bytes, padded: Collection[bytes]) -> _Found:
    for cell in _START.finditer(sheet) if padded else ():
        style, is_empty = _STYLE.search(cell[1]), cell[1].endswith(b"/")
        if style and style[1] in padded and not is_empty and not _TEXT_TYPE.search(cell[1]):
            yield cell[2], cell[3], Fault.NUMBER_PADDED


def _check_box(sheet: bytes, limits: Limits) -> None:
    addresses = _ADDRESS.findall(sheet)
    if len(addresses) != len(_CELL.findall(sheet)):
        raise damaged()  # a cell without an address, or markup that no spreadsheet program writes
    if not addresses:
        return
    together = b" ".join(addresses)
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
