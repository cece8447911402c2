"""Which organisations and integrated care boards are known, and on which days each existed.

The shipped tables are in ``deidentify/tables`` (source and snapshot in its README); those that an
installation has loaded are in its data folder. Of two rows of one code the one of the newer snapshot is in
force, the loaded one where both are of a day. Reading a file of the Organisation Data
Service (ODS) belongs in ``reference.read``; recognising an employer in ``deidentify.generalise``.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Self, TypeVar

from ccds_pipeline.errors import ConfigurationError

SHIPPED_ON = date(2022, 7, 1)
"""Snapshot of the shipped tables: the newest of their sources."""


@dataclass(frozen=True)
class Row:
    """One row of a reference table; ``snapshot_on`` and ``source_digest`` say where it comes from.

    ``source_digest`` is the SHA-256 of the loaded file, empty for a shipped row. An ``until`` is the last
    day; ``successor`` the code that replaces it from then on, empty where none is known.
    """

    code: str
    name: str
    region_code: str
    since: date | None = None
    until: date | None = None
    successor: str = ""
    snapshot_on: date = SHIPPED_ON
    source_digest: str = ""

    def exists_on(self, day: date | None) -> bool:
        """Whether it was not closed on that day; an unknown day rules nothing out."""
        return day is None or self.until is None or day <= self.until

    @classmethod
    def from_cells(cls, cells: dict[str, str]) -> Self:
        """Make a row of the texts of a stored table."""
        dates = {name: _date(cells[name]) for name in ("since", "until", "snapshot_on")}
        return cls(**(cells | dates))  # type: ignore[arg-type]  # each column by its own type


@dataclass(frozen=True)
class Board(Row):
    """One integrated care board; before July 2022 its code was that of its predecessor."""


@dataclass(frozen=True)
class Organisation(Row):
    """One employer, with its board and care setting; both ``unknown`` where its source does not say."""

    icb_code: str = "unknown"
    care_setting: str = "unknown"


AnyRow = TypeVar("AnyRow", bound=Row)


TABLE_COLUMNS: dict[type[Row], tuple[str, ...]] = {
    Organisation: ("organisation_code", "name", "region_code", "icb_code", "care_setting"),
    Board: ("icb_code", "label", "region_code", "valid_from", "valid_to"),
}
"""The columns of the package's own tables; those of validity and the successor may be missing."""


def cells_of(row: Mapping[str, str], kind: type[Row]) -> dict[str, str]:
    """Return the cells of a row of the package's own tables by the names of the fields of its kind."""
    code, name, *_ = TABLE_COLUMNS[kind]
    optional = {"since": "valid_from", "until": "valid_to", "successor": "successor_code"}
    same = ("region_code", "icb_code", "care_setting") if kind is Organisation else ("region_code",)
    return {
        "code": row[code],
        "name": row[name],
        **{field: row[field] for field in same},
        **{field: row.get(column, "") for field, column in optional.items()},
    }


@dataclass(frozen=True)
class Reference:
    """The tables in force."""

    organisations: tuple[Organisation, ...]
    boards: tuple[Board, ...]

    @property
    def loaded_boards(self) -> tuple[Board, ...]:
        """The boards that are not the package's own."""
        return tuple(board for board in self.boards if board.source_digest)

    @property
    def digest(self) -> str:
        """Identifies the loaded rows (SHA-256, hex); empty where only shipped ones are in force."""
        rows = (*self.organisations, *self.boards)
        loaded = sorted(repr(row) for row in rows if row.source_digest)
        return hashlib.sha256("\n".join(loaded).encode()).hexdigest() if loaded else ""


def shipped_reference() -> Reference:
    """Return the tables of the package."""
    origin = {"snapshot_on": SHIPPED_ON.isoformat(), "source_digest": ""}
    organisations = shipped_rows("organisations")
    boards = (row for row in shipped_rows("icbs") if row["icb_code"] != "unknown")
    return Reference(
        tuple(Organisation.from_cells(cells_of(row, Organisation) | origin) for row in organisations),
        tuple(Board.from_cells(cells_of(row, Board) | origin) for row in boards),
    )


def read_reference(folder: Path) -> Reference:
    """Return the tables in force: of the shipped rows and those loaded into the folder, the newest.

    Raises:
        ConfigurationError: Rule ``reference_readable`` if a loaded table cannot be read.
    """
    shipped = shipped_reference()
    return Reference(
        tuple(_newest(shipped.organisations, read_stored(folder, Organisation))),
        tuple(_newest(shipped.boards, read_stored(folder, Board))),
    )


def read_stored(folder: Path, kind: type[AnyRow]) -> list[AnyRow]:
    """Return the loaded rows of a kind; none where nothing was loaded."""
    file = stored_file(folder, kind)
    try:
        with file.open(encoding="utf-8", newline="") as text:
            return [kind.from_cells(cells) for cells in csv.DictReader(text)]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError):
        raise ConfigurationError(
            "a loaded reference table cannot be read",
            place=str(file),
            rule="reference_readable",
            remedy="Remove the file and load the tables again: ccds reference load FILE.",
        ) from None


def store(folder: Path, rows: Sequence[Row]) -> int:
    """Add rows of one kind to those loaded before, in one step; return how many are stored.

    Raises:
        ConfigurationError: Rule ``reference_writable``.
    """
    kind = type(rows[0])
    file = stored_file(folder, kind)
    stored = _newest(read_stored(folder, kind), rows)
    draft = file.with_suffix(".tmp")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, [field.name for field in fields(kind)])
            writer.writeheader()
            writer.writerows(asdict(row) for row in stored)
        draft.replace(file)
    except OSError:
        raise ConfigurationError(
            "the reference tables cannot be written",
            place=str(folder),
            rule="reference_writable",
            remedy="Check the free space and the permissions of the data folder.",
        ) from None
    return len(stored)


def stored_file(folder: Path, kind: type[Row]) -> Path:
    """Return where the loaded rows of a kind are stored."""
    return folder / ("organisations.csv" if kind is Organisation else "icbs.csv")


def shipped_rows(table: str) -> list[dict[str, str]]:
    """Return the rows of one shipped table, such as ``icbs``; what a column says is in its README."""
    file = resources.files("ccds_pipeline.deidentify") / "tables" / f"{table}.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _newest(below: Iterable[AnyRow], above: Iterable[AnyRow]) -> list[AnyRow]:
    newest = {row.code: row for row in below}
    for row in above:
        if row.code not in newest or newest[row.code].snapshot_on <= row.snapshot_on:
            newest[row.code] = row
    return list(newest.values())


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
