"""Zip archives of exports: each member is read as a file of its own, all together are one table.

Recognising, bounding and unpacking an archive, and putting its members together, belong here; what a member
must look like is said by the layout's reader. A member's name is never used as a path.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import (
    DeliveredColumn,
    DeliveredTable,
    Limits,
    LineTally,
    Reader,
    Row,
    SourceFile,
)
from ccds_pipeline.sources.signature import DAMAGED_ZIP

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1
_CHUNK = 1024**2


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive that can be listed and is not a workbook."""
    with path.open("rb") as stream:
        if not stream.read(4).startswith(_SIGNATURES):
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(_is_workbook_part(name) for name in archive.namelist())
    except DAMAGED_ZIP:
        return False


@contextmanager
def read_archive(file: SourceFile, read: Reader) -> Iterator[DeliveredTable]:
    """Read the members of an archive, in its order, as one table.

    The columns are those of all members; a member's rows are blank in the columns of others. Lines count
    on through the members. Members are unpacked into a folder of their own beside the private copy.

    Raises:
        FileRefusedError: Rule ``archive_too_large``, ``archive_encrypted``, ``archive_nested``,
            ``archive_empty`` or ``archive_damaged``, or that of the first member that is refused.
    """
    with TemporaryDirectory(dir=file.path.parent, prefix="archive-") as folder:
        members = _unpacked(file, Path(folder))
        columns = _columns(members, read)
        tally = LineTally(f"zip archive of {len(members)} file(s)")
        yield DeliveredTable(columns, _rows(members, read, columns, tally), tally)


def _is_workbook_part(name: str) -> bool:
    return name == "[Content_Types].xml" or name.startswith("xl/")


def _unpacked(file: SourceFile, folder: Path) -> list[SourceFile]:
    try:
        with zipfile.ZipFile(file.path) as archive:
            wanted = [part for part in archive.infolist() if _holds_data(part)]
            _check(wanted, file.path.stat().st_size, file.limits)
            paths = [folder / f"{number:06d}" for number in range(1, len(wanted) + 1)]
            for part, path in zip(wanted, paths, strict=True):
                _unpack(archive, part, path)
    except DAMAGED_ZIP:
        raise _damaged() from None
    members = [
        replace(file, path=path, delivery=tuple(paths), member_name=part.filename)
        for part, path in zip(wanted, paths, strict=True)
    ]
    if any(is_archive(member.path) for member in members):
        raise FileRefusedError(
            "archive_nested",
            "The archive holds another archive",
            remedy="Deliver the inner archive, or its files, instead.",
        )
    return members


def _holds_data(part: zipfile.ZipInfo) -> bool:
    """Whether a member counts: not a folder, and not what an operating system leaves beside files."""
    is_hidden = part.filename.rsplit("/", 1)[-1].startswith(".") or part.filename.startswith("__MACOSX/")
    return not (part.is_dir() or is_hidden)


def _check(parts: Sequence[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    total = sum(part.file_size for part in parts)
    if not parts:
        raise FileRefusedError(
            "archive_empty", "The archive holds no file", remedy="Download the export again from the tool."
        )
    if len(parts) > limits.archive_members or total > limits.archive_bytes:
        raise _too_large(f"{len(parts)} files with {total} bytes")
    if total > limits.archive_ratio_from_bytes and total > limits.archive_ratio * size:
        raise _too_large(f"files more than {limits.archive_ratio} times its own size")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise FileRefusedError(
            "archive_encrypted",
            "The archive is protected by a password",
            remedy="Deliver it without a password; the landing folder is what protects it.",
        )
    if len({part.filename for part in parts}) != len(parts):
        raise _damaged()


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, target: Path) -> None:
    """Write a member out; reading it to its end checks its length and its sum."""
    with archive.open(part) as stream, target.open("xb", buffering=0) as copy:
        while chunk := stream.read(_CHUNK):
            _write(copy, chunk)


def _write(copy: BinaryIO, chunk: bytes) -> None:
    try:
        is_whole = copy.write(chunk) == len(chunk)
    except OSError:
        is_whole = False
    if not is_whole:
        raise FileRefusedError(
            "archive_not_unpacked",
            "The archive cannot be unpacked",
            remedy="Check the free space of the data folder, and run again.",
        )


def _columns(members: Sequence[SourceFile], read: Reader) -> tuple[DeliveredColumn, ...]:
    found: dict[str, DeliveredColumn] = {}
    for number, member in enumerate(members, start=1):
        with _naming_member(number, lines_before=0), read(member) as table:
            for column in table.columns:
                known = found.setdefault(normalise_label(column.name), column)
                if column.text and not known.text:
                    found[normalise_label(column.name)] = replace(known, text=column.text)
    return tuple(found.values())


def _rows(
    members: Sequence[SourceFile], read: Reader, columns: Sequence[DeliveredColumn], tally: LineTally
) -> Iterator[Row]:
    positions = {normalise_label(column.name): position for position, column in enumerate(columns)}
    for number, member in enumerate(members, start=1):
        before = tally.total
        with _naming_member(number, lines_before=before), read(member) as table:
            own = [positions[normalise_label(column.name)] for column in table.columns]
            for row in table.rows:
                yield _moved(row, own, len(columns), before)
            tally.total += table.tally.total
            tally.other += table.tally.other
            tally.own_counts += table.tally.own_counts


def _moved(row: Row, positions: Sequence[int], width: int, lines_before: int) -> Row:
    """Put a member's row into the columns and lines of the archive."""
    cells: list[str | None] = [None] * (0 if row.fault else width)
    if not row.fault:
        for position, cell in zip(positions, row.cells, strict=True):
            cells[position] = cell
    return row._replace(line=row.line + lines_before, cells=cells)


@contextmanager
def _naming_member(number: int, *, lines_before: int) -> Iterator[None]:
    """Say in a refusal which member is meant, by its number: its name may hold personal data."""
    try:
        yield
    except FileRefusedError as refused:
        line = None if refused.line is None else refused.line + lines_before
        raise FileRefusedError(
            refused.rule,
            f"{refused.problem} (file {number} of the archive)",
            remedy=refused.remedy,
            line=line,
        ) from None


def _too_large(what: str) -> FileRefusedError:
    return FileRefusedError(
        "archive_too_large",
        f"Unpacked, the archive has {what}",
        remedy="Deliver the tool's own export, or split it into several files.",
    )


def _damaged() -> FileRefusedError:
    return FileRefusedError(
        "archive_damaged", "The archive is damaged or incomplete", remedy="Download it again from the tool."
    )
