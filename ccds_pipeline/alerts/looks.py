"""Looking around an installation: disk, deliveries, targets, and whether anything looks for deliveries still.

What a run met is handed in by who ran it (``causes``).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from ccds_pipeline.alerts.causes import Cause, Look, together, unseen
from ccds_pipeline.errors import BusyError
from ccds_pipeline.ingest.store.ledger import known_deliveries
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import find_deliveries, is_possible
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_present

_GIB, _MIB = 1024**3, 1024**2
# A new version of the warehouse is made beside it, and so is a backup.
_COPIES, _LEAST_FREE_BYTES, _FREE_BYTES = 3, 200 * _MIB, 2 * _GIB
_SHOWN = 10
_TICK = ".tick"
REFRESH, HOUSEKEEPING = "refresh", "housekeeping"
SILENT_REMEDY = "See that the timer, or Dagster's daemon (ccds ui) with its schedule, is on."


def look_around(settings: Settings, *, with_warehouse: bool) -> Look:
    """Return what is wrong with disk, targets, schedules, and deliveries if the warehouse may be read.

    What cannot be looked at is a cause of its own; what another process holds is looked at next time.
    """
    now = datetime.now(UTC)
    looks: dict[str, Callable[[], list[Cause]]] = {
        "disk": lambda: list(_disk(settings)),
        "schedules": lambda: list(_silent(settings, now)),
    }
    if settings.reporting_file.exists():  # without a release nobody knows, and nothing is over
        looks["targets"] = lambda: list(_targets(settings))
    if with_warehouse:
        looks["deliveries"] = lambda: list(_overdue(settings, now))
    return together(_looked(topic, look) for topic, look in looks.items())


def _looked(topic: str, look: Callable[[], list[Cause]]) -> Look:
    try:
        return Look(frozenset({topic}), tuple(look()))
    except BusyError:
        return Look()
    except Exception as error:  # noqa: BLE001  # its text may quote a value; the other looks go on
        return unseen(topic, error)


class Room(StrEnum):
    """Whether a disk has room for the warehouse and for what is made beside it."""

    ENOUGH = "enough"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True)
class Disk:
    """The disk of a data folder; sizes in bytes."""

    folder: Path
    free: int
    warehouse: int

    @property
    def room(self) -> Room:
        """Whether the next run has what it needs."""
        if self.free < self.warehouse + _LEAST_FREE_BYTES:
            return Room.NONE
        return Room.LOW if self.free < _COPIES * self.warehouse + _FREE_BYTES else Room.ENOUGH

    @property
    def text(self) -> str:
        """What is left, in words."""
        return f"{self.free / _GIB:,.1f} GiB left; the warehouse has {self.warehouse / _MIB:,.0f} MiB"

    @property
    def remedy(self) -> str:
        """What to do."""
        return f"Free space on the disk of {self.folder}."


def disk_of(settings: Settings) -> Disk:
    """Return how much room there is, on the disk that the data folder is or will be on."""
    asked, warehouse = settings.data_dir.absolute(), settings.warehouse_file
    folder = next(one for one in (asked, *asked.parents) if one.exists())
    size = warehouse.stat().st_size if warehouse.exists() else 0
    return Disk(folder, shutil.disk_usage(folder).free, size)


def _disk(settings: Settings) -> Iterator[Cause]:
    disk = disk_of(settings)
    if disk.room is not Room.ENOUGH:
        title = "The disk is full" if disk.room is Room.NONE else "The disk fills up"
        yield Cause("disk", "", title, (disk.text,), disk.remedy, state=disk.room)


def _overdue(settings: Settings, now: datetime) -> Iterator[Cause]:
    """Find deliveries of days before today that lie in the landing and were never loaded."""
    sources = load_programme(settings.programme_file).sources_by_id
    found = filter(is_possible, find_deliveries(settings.landing_url, sources).deliveries)
    before = [one for one in found if one.delivery_on < now.date()]
    if settings.warehouse_file.exists():
        with open_present(settings.warehouse_file, read_only=True) as connection:
            known = known_deliveries(connection)
        before = [one for one in before if (one.source_id, one.delivery_on) not in known]
    if before:
        names = sorted(map(str, before))
        details = (f"{len(names):,}: {_first(names)}",)
        yield Cause("deliveries", "", "Deliveries are not loaded", details, "ccds run", state=" ".join(names))


def _targets(settings: Settings) -> Iterator[Cause]:
    """Find the KPIs whose released value misses its target, or does not say whether it meets it."""
    with _released(settings) as connection:
        headlines = read_frame(connection, table_of("reporting.kpi_headline"))
    asked = headlines[headlines["target"].notna()]
    found = {
        "missed": ("A target is missed", asked[asked["met"].eq(other=False).fillna(value=False)]),
        "open": ("Nobody can tell whether a target is met", asked[asked["met"].isna()]),
    }
    for name, (title, rows) in found.items():
        lines = [f"{row.kpi_id} {row.kpi_label}: asked for is {row.target_text}" for row in rows.itertuples()]
        if lines:
            yield Cause("targets", name, title, tuple(lines), "ccds kpis", state="\n".join(lines))


def standing(settings: Settings) -> str:
    """Return in a sentence which release readers have."""
    if not settings.reporting_file.exists():
        return "Nothing was released yet."
    try:
        with _released(settings) as connection:
            (row,) = read_frame(connection, table_of("reporting.release")).itertuples()
    except Exception:  # noqa: BLE001  # what broke it is told by its own cause
        return "Which release readers have cannot be read."
    return (
        f"Readers have the release {row.release_id}, made {row.released_at:%Y-%m-%d %H:%M} UTC "
        f"of deliveries up to {row.as_of:%Y-%m-%d}."
    )


@contextmanager
def _released(settings: Settings) -> Iterator[sa.Connection]:
    with open_database(settings.reporting_file, read_only=True) as engine, engine.connect() as connection:
        yield connection


def tick(settings: Settings, name: str) -> None:
    """Note that something looked for deliveries, or kept house, now; nothing is made where no data is yet."""
    folder = settings.alerts_folder
    with suppress(OSError):  # what is not noted is told as missing
        folder.mkdir(exist_ok=True, mode=0o700)
        (folder / f"{name}{_TICK}").touch(mode=0o600)


def last_ticks(settings: Settings) -> dict[str, datetime]:
    """Return when each of those that ever ticked did so last (UTC)."""
    return {
        file.stem: datetime.fromtimestamp(file.stat().st_mtime, UTC)
        for file in sorted(settings.alerts_folder.glob(f"*{_TICK}"))
    }


def _silent(settings: Settings, now: datetime) -> Iterator[Cause]:
    """Find what ticked once, and has not done so for longer than the settings allow."""
    what = {REFRESH: "Nothing looks for deliveries any more", HOUSEKEEPING: "Housekeeping stands still"}
    for name, at in last_ticks(settings).items():
        if now - at > timedelta(hours=settings.alert_after_hours):
            details = (f"{name} ran last at {at:%Y-%m-%d %H:%M} UTC.",)
            yield Cause("schedules", name, what.get(name, name), details, SILENT_REMEDY, state=str(at))


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
