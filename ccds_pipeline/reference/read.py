"""A file of organisations or boards → rows of a reference table, every fault reported with its line.

Three layouts are read: the headerless CSVs of the Organisation Data Service (ODS) with 27 columns, such as
``etr`` and ``epraccur``; and the package's own tables of organisations and of boards, with their header.
Where the rows are kept belongs in ``reference.tables``.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reference.tables import (
    TABLE_COLUMNS,
    Board,
    Organisation,
    Row,
    cells_of,
    shipped_reference,
    shipped_rows,
)

_ODS_COLUMNS = 27
# Positions in such a file, from 0.
_CODE, _NAME, _REGION, _BOARD, _OPENED, _CLOSED, _SETTING = 0, 1, 2, 3, 10, 11, 25
_CODE_FORM = re.compile(r"[A-Z0-9]{3,12}")
_TRUST, _PERSON = re.compile(r"[RT][A-Z0-9]{2}"), re.compile(r"G\d{7}")
# Care setting of a prescribing setting; any other is a service that is neither.
_SETTINGS = {"4": "primary", "9": "community", "10": "secondary_acute"}
# What a trust's name says; a name that says nothing leaves the setting unknown.
_WORDS = {
    "ambulance": "ambulance",
    "mental health": "mental_health",
    "community": "community",
    "hospital": "secondary_acute",
    "hospitals": "secondary_acute",
    "infirmary": "secondary_acute",
}
_CODES = ("code", "region_code", "icb_code", "successor")
_SHOWN_LINES = 10
_LAYOUTS = (
    "Load an ODS file of organisations (27 columns, no header, such as etr.csv or epraccur.csv), or a table "
    f"with the header {','.join(TABLE_COLUMNS[Organisation])}[,valid_from,valid_to,successor_code] or "
    f"{','.join(TABLE_COLUMNS[Board])}[,successor_code]."
)


class _Line(NamedTuple):
    number: int
    cells: dict[str, str]


def read_file(file: Path, *, snapshot_on: date) -> list[Row]:
    """Read a file of reference data; its rows are of one kind, organisations or boards.

    Args:
        file: UTF-8 text.
        snapshot_on: The day that it describes.

    Raises:
        ConfigurationError: If the file is not of a known layout, or a line breaks a rule; nothing of it
            can be used then. The message names rule and lines.
    """
    try:
        content = file.read_bytes()
    except OSError:
        raise _fault(file, "reference_file_readable", "the file cannot be read", remedy=_LAYOUTS) from None
    kind, lines = _lines(content, file)
    for rule, problem, is_broken in _checks(kind, lines):
        broken = [line.number for line in lines if is_broken(line)]
        if broken:
            raise _fault(file, rule, problem, lines=broken)
    origin = {"snapshot_on": snapshot_on.isoformat(), "source_digest": hashlib.sha256(content).hexdigest()}
    return [kind.from_cells(line.cells | origin) for line in lines]


def _checks(kind: type[Row], lines: Sequence[_Line]) -> Iterator[tuple[str, str, Callable[[_Line], bool]]]:
    """Yield rule, problem and what breaks it, in the order in which they are checked."""
    first = {line.cells["code"]: line.number for line in reversed(lines)}
    yield (
        "reference_code",
        "the code is not 3 to 12 letters and digits",
        lambda line: _CODE_FORM.fullmatch(line.cells["code"]) is None,
    )
    yield "reference_name", "the name is missing", lambda line: not line.cells["name"]
    yield "reference_date", "a date is not a date, or the end is before the start", _has_bad_dates
    yield "reference_successor", "the successor's code is not a code", _has_bad_successor
    yield (
        "reference_duplicate",
        "a code is on an earlier line too",
        lambda line: first[line.cells["code"]] != line.number,
    )
    if kind is Organisation:
        settings = sorted({row["care_setting"] for row in shipped_rows("care_settings")})
        problem = f"the care setting is none of {', '.join(settings)}"
        yield "reference_setting", problem, lambda line: line.cells["care_setting"] not in settings
    else:
        regions = sorted({row["region_code"] for row in shipped_rows("regions")} - {"unknown"})
        problem = f"the region is none of {', '.join(regions)}"
        yield "reference_region", problem, lambda line: line.cells["region_code"] not in regions


def _lines(content: bytes, file: Path) -> tuple[type[Row], list[_Line]]:
    try:
        reader = csv.reader(content.decode("utf-8-sig").splitlines(keepends=True), strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells]
    except (UnicodeDecodeError, csv.Error):
        remedy = "Save the file as CSV in UTF-8, or download it again."
        raise _fault(file, "reference_layout", "the file is not CSV in UTF-8", remedy=remedy) from None
    if not rows:
        raise _fault(file, "reference_layout", "the file is empty", remedy=_LAYOUTS)
    header = rows[0][1]
    for kind, columns in TABLE_COLUMNS.items():
        if tuple(header[: len(columns)]) == columns:
            _refuse_width(file, rows, len(header))
            named = ((number, dict(zip(header, cells, strict=True))) for number, cells in rows[1:])
            return kind, [_Line(number, _cells(given, kind)) for number, given in named]
    _refuse_width(file, rows, _ODS_COLUMNS)
    _refuse_persons(file, rows)
    return Organisation, [_Line(number, _ods_organisation(cells)) for number, cells in rows]


def _cells(row: dict[str, str], kind: type[Row]) -> dict[str, str]:
    cells = cells_of(row, kind)
    return {name: text.upper() if name in _CODES else text for name, text in cells.items()}


def _ods_organisation(cells: Sequence[str]) -> dict[str, str]:
    code = cells[_CODE].upper()
    return {
        "code": code,
        "name": cells[_NAME],
        "region_code": cells[_REGION].upper(),
        "since": _iso(cells[_OPENED]),
        "until": _iso(cells[_CLOSED]),
        "successor": "",
        "icb_code": cells[_BOARD].upper(),
        "care_setting": _care_setting(code, cells),
    }


def _care_setting(code: str, cells: Sequence[str]) -> str:
    """Derive what ODS does not say: from the prescribing setting, the shipped table, or a trust's name."""
    shipped = _shipped_settings()
    if code in shipped:
        return shipped[code]
    if cells[_SETTING]:
        return _SETTINGS.get(cells[_SETTING], "other")
    words = f" {cells[_NAME].casefold()} "
    named = {setting for word, setting in _WORDS.items() if f" {word} " in words}
    return named.pop() if _TRUST.fullmatch(code) and len(named) == 1 else "unknown"


@cache
def _shipped_settings() -> dict[str, str]:
    return {
        organisation.code: organisation.care_setting for organisation in shipped_reference().organisations
    }


def _iso(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text) else text


def _has_bad_successor(line: _Line) -> bool:
    successor = line.cells["successor"]
    return bool(successor) and (_CODE_FORM.fullmatch(successor) is None or successor == line.cells["code"])


def _has_bad_dates(line: _Line) -> bool:
    try:
        since, until = (
            date.fromisoformat(text) if text else None for text in (line.cells["since"], line.cells["until"])
        )
    except ValueError:
        return True
    return since is not None and until is not None and until < since


def _refuse_width(file: Path, rows: Sequence[tuple[int, list[str]]], columns: int) -> None:
    broken = [number for number, cells in rows if len(cells) != columns]
    if broken:
        raise _fault(file, "reference_layout", "it has another layout", lines=broken, remedy=_LAYOUTS)


def _refuse_persons(file: Path, rows: Sequence[tuple[int, list[str]]]) -> None:
    persons = [number for number, cells in rows if _PERSON.fullmatch(cells[_CODE])]
    if persons:
        raise _fault(
            file,
            "reference_persons",
            "the file lists practitioners, and an organisation must not be a person",
            lines=persons,
            remedy="Load the organisations instead: epraccur.csv lists the practices.",
        )


def _fault(
    file: Path,
    rule: str,
    problem: str,
    *,
    lines: Sequence[int] = (),
    remedy: str = "Correct these lines, or download the file again; nothing of it was loaded.",
) -> ConfigurationError:
    shown = ", ".join(str(line) for line in lines[:_SHOWN_LINES])
    more = f" and {len(lines) - _SHOWN_LINES} more" if len(lines) > _SHOWN_LINES else ""
    place = f"{file.name}, line {shown}{more}" if lines else file.name
    return ConfigurationError(problem, place=place, rule=rule, remedy=remedy)
