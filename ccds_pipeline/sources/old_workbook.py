"""Old Excel workbooks (xls): the visible sheet, and the cells that the parser does not show as they are.

calamine shows an error as blank and a number without its format, so both are looked up here, in the records
of the sheet (BIFF8) within their container (a compound file). Reading the rows belongs in ``workbook``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import Fault, SourceFile
from ccds_pipeline.sources.workbook_checks import CellFaults, choose_sheet, damaged, pads, too_large

_DAMAGED = (struct.error, IndexError, ValueError)
_SPECIAL_SECTORS = 0xFFFFFFF0  # numbers of sectors from here on are marks
_IN_HEADER, _ENTRY_BYTES, _STREAM_TYPE = 109, 128, 2
_LEAST_BYTES = 4096  # spreadsheet programs make the stream no shorter; others are kept in another way
_FORMULA, _END, _PASSWORD, _SHEET, _MULTIPLE_RK, _STYLE = 0x06, 0x0A, 0x2F, 0x85, 0xBD, 0xE0
_NUMBER, _BOOLEAN_OR_ERROR, _RK, _FORMAT, _BEGIN = 0x203, 0x205, 0x27E, 0x41E, 0x809
_BIFF8, _NO_NUMBER, _ERROR = 0x600, 0xFFFF, 2
_Record = tuple[int, bytes]


def check_old_workbook(file: SourceFile, names: Sequence[str]) -> tuple[str, CellFaults]:
    """Find the sheet to read, as in ``choose_sheet``, and its cells that cannot be delivered.

    Its size needs no other bound than that of the file: it has at most 65,536 rows and 256 columns.

    Raises:
        FileRefusedError: Rule ``not_text`` if it is another kind of file or has a password,
            ``workbook_damaged``, ``workbook_too_large``, or those of ``choose_sheet``.
    """
    if file.path.stat().st_size > file.limits.workbook_bytes:
        raise too_large(f"more than {file.limits.workbook_bytes} bytes")
    try:
        stream = _workbook_stream(file.path.read_bytes())
        workbook = list(_records(stream, 0))
        if _PASSWORD in dict(workbook) or _whole(workbook[0][1], 0) != _BIFF8:
            raise _another_kind()
        name, begin = choose_sheet(dict(_visible_sheets(workbook)), file.options.get("sheet", ""), names)
        faults: dict[int, dict[int, Fault]] = {}
        for row, column, fault in _faults(_records(stream, begin), _padded_styles(workbook)):
            faults.setdefault(row + 1, {})[column] = fault
    except _DAMAGED:
        raise damaged() from None
    return name, faults


def _another_kind() -> FileRefusedError:
    return FileRefusedError(
        "not_text",
        "The file is an Excel workbook with a password, one from before 1997, or another program's file",
        remedy="Export as CSV or as an Excel workbook (xlsx) without a password, or save it as one.",
    )


def _whole(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream "Workbook" of a compound file."""
    size = 1 << (_whole(data, 30) & 0xF)

    def sector(number: int) -> bytes:
        content = data[(number + 1) * size : (number + 2) * size]
        if len(content) < size:
            raise damaged()
        return content

    first_entry, first_more = struct.unpack_from("<I16xI", data, 48)
    tables = _numbers(data[76 : 76 + 4 * _IN_HEADER])
    sectors_n = len(data) // size
    while first_more < _SPECIAL_SECTORS and len(tables) <= sectors_n + _IN_HEADER:
        *more, first_more = _numbers(sector(first_more))
        tables += more
    # A crafted file names one table many times, to be read into more than it is.
    used = dict.fromkeys(table for table in tables if table < _SPECIAL_SECTORS)
    following = [next_ for table in used for next_ in _numbers(sector(table))]

    def chained(number: int) -> bytes:
        return b"".join(map(sector, _chain(number, following, sectors_n)))

    directory = chained(first_entry)
    for entry in (directory[at : at + _ENTRY_BYTES] for at in range(0, len(directory), _ENTRY_BYTES)):
        name = entry[: max(_whole(entry, 64) - 2, 0)].decode("utf-16-le")
        if name == "Workbook" and entry[66] == _STREAM_TYPE:
            begin, length = struct.unpack_from("<II", entry, 116)
            if length < _LEAST_BYTES:
                raise damaged()
            return chained(begin)[:length]
    raise _another_kind()


def _chain(number: int, following: Sequence[int], sectors_n: int) -> Iterator[int]:
    """Yield the sectors of a stream; one that comes back to itself ends after as many as there are."""
    for _ in range(sectors_n):
        if number >= _SPECIAL_SECTORS:
            return
        yield number
        number = following[number]


def _records(stream: bytes, at: int) -> Iterator[_Record]:
    """Yield the records of the part that begins there, without those of parts within it (charts)."""
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


def _visible_sheets(workbook: Sequence[_Record]) -> Iterator[tuple[str, int]]:
    for kind, data in workbook:
        if kind == _SHEET:
            begin, hidden, sort, length, is_wide = struct.unpack_from("<IBBBB", data)
            if not hidden and not sort:
                yield _text(data[8:], length, is_wide=is_wide), begin


def _text(data: bytes, length: int, *, is_wide: int) -> str:
    return data[: 2 * length].decode("utf-16-le") if is_wide & 1 else data[:length].decode("latin-1")


def _padded_styles(workbook: Sequence[_Record]) -> frozenset[int]:
    """Return the numbers of the cell styles that show a number with zeros in front."""
    padding = {
        _whole(data, 0)
        for kind, data in workbook
        if kind == _FORMAT and pads(_text(data[5:], _whole(data, 2), is_wide=data[4]))
    }
    styles = (data for kind, data in workbook if kind == _STYLE)
    return frozenset(number for number, data in enumerate(styles) if _whole(data, 2) in padding)


def _faults(records: Iterator[_Record], padded: frozenset[int]) -> Iterator[tuple[int, int, Fault]]:
    """Yield row and column, from 0, of the cells with an error, and of numbers shown with zeros in front."""
    for kind, data in records:
        if kind == _MULTIPLE_RK:
            row, first = struct.unpack_from("<HH", data)
            for place, (style, _) in enumerate(struct.iter_unpack("<HI", data[4:-2])):
                if style in padded:
                    yield row, first + place, Fault.NUMBER_PADDED
        elif kind in {_NUMBER, _RK, _FORMULA, _BOOLEAN_OR_ERROR}:
            row, column, style = struct.unpack_from("<HHH", data)
            if _is_error(kind, data):
                yield row, column, Fault.ERROR_CELL
            elif style in padded and kind != _BOOLEAN_OR_ERROR and not _is_text_formula(kind, data):
                yield row, column, Fault.NUMBER_PADDED


def _is_error(kind: int, data: bytes) -> bool:
    if kind == _FORMULA:
        return _is_text_formula(kind, data) and data[6] == _ERROR
    return kind == _BOOLEAN_OR_ERROR and data[7] == 1


def _is_text_formula(kind: int, data: bytes) -> bool:
    """Whether a formula's result is no number: a text, a truth value, an error or nothing."""
    return kind == _FORMULA and _whole(data, 12) == _NO_NUMBER
