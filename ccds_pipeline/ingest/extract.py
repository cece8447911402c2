"""From a database to a delivery: what is new in a source's table, as a file in the landing folder.

So a database is read by no way of its own: what follows, from the ledger to a reload, is that of every
export. A day has one extract. A second one on a day takes the place of the first and holds its rows too,
as they are then; one delivery with two versions of a record would contradict itself.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from upath import UPath

from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.programme.model import Source
from ccds_pipeline.run_folder import run_folder
from ccds_pipeline.sources.database import NewRows, Watermark, open_rows
from ccds_pipeline.sources.landing import open_landing
from ccds_pipeline.sources.private_file import create_private

FILE_NAME = "extract.csv"
# Hidden, so it is not a delivery; in the same folder, so that it goes and stays with them.
STATE_NAME = ".extracted.json"
_KINDS: dict[str, Callable[[str], Watermark]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "int": int,
    "str": str,
}


@dataclass(frozen=True)
class Extract:
    """What one extraction brought: the delivery's day, and how many rows it holds."""

    source_id: str
    delivery_on: date
    rows: int


@dataclass(frozen=True)
class _State:
    """How far the latest extract came: ``until`` on ``day``, reading from ``since``."""

    day: date
    since: Watermark | None
    until: Watermark | None

    def start(self, today: date) -> Watermark | None:
        return self.since if self.day == today else self.until


def extract(source: Source, landing: str, *, runs_folder: Path, today: date, anew: bool = False) -> Extract:
    """Write what is new in the database of a source as the delivery of today.

    The file is written whole or not at all, and only then is it noted how far it came: whatever fails, the
    next extract starts where the last finished one ended.

    Args:
        source: A source with a ``database``.
        landing: Where deliveries are found.
        runs_folder: Where private files are kept meanwhile.
        today: The delivery's date.
        anew: Read every row, whatever was extracted before.

    Raises:
        CcdsError: As ``sources.database.open_rows``; rule ``extract_not_written`` or ``extract_state``.
    """
    home = open_landing(landing) / source.id
    state = None if anew else _read_state(home / STATE_NAME)
    since = state.start(today) if state is not None else None
    try:
        with run_folder(runs_folder) as folder:
            with open_rows(source, since=since) as found:
                rows = _write(found, folder / FILE_NAME)
            reached = _State(today, since, found.reached)
            (folder / STATE_NAME).write_text(_as_text(reached), encoding="utf-8")
            _put(folder / FILE_NAME, home / today.isoformat() / FILE_NAME)
            _put(folder / STATE_NAME, home / STATE_NAME)
    except CcdsError:
        raise
    except Exception:  # noqa: BLE001  # remote file systems raise types of their own
        raise CcdsError(
            "the extract cannot be written into the landing folder",
            place=source.id,
            rule="extract_not_written",
            remedy="Check the free space and that this account may write there; nothing was lost.",
        ) from None
    return Extract(source.id, today, rows)


def _write(found: NewRows, file: Path) -> int:
    """Write the rows as CSV, and return how many they are."""
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(found.columns)
        return sum(1 for cells in found.texts() if writer.writerow(cells))


def _put(made: Path, target: UPath) -> None:
    """Put a finished file in its place; on this machine in one step and for its owner alone."""
    if not isinstance(target, Path):
        target.parent.mkdir(parents=True, exist_ok=True)
        with made.open("rb") as source, target.open("wb") as there:
            shutil.copyfileobj(source, there)
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    descriptor = create_private(draft)
    with made.open("rb") as source, os.fdopen(descriptor, "wb") as there:
        shutil.copyfileobj(source, there)
    draft.replace(target)


def _as_text(state: _State) -> str:
    ends = {name: _tagged(value) for name, value in (("since", state.since), ("until", state.until))}
    return json.dumps({"day": state.day.isoformat(), **ends})


def _tagged(value: Watermark | None) -> list[str] | None:
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, date) else str(value)
    return [type(value).__name__, text]


def _read_state(file: UPath) -> _State | None:
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
        return _State(date.fromisoformat(state["day"]), _untagged(state["since"]), _untagged(state["until"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigurationError(
            "it cannot be read how far the last extract came",
            place=f"{file.parent.name}/{STATE_NAME}",
            rule="extract_state",
            remedy="Extract all rows again: ccds extract --anew.",
        ) from None


def _untagged(tagged: list[str] | None) -> Watermark | None:
    return None if tagged is None else _KINDS[tagged[0]](tagged[1])
