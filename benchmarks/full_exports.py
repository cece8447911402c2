"""Measure what a full export every night costs: rows of staging, size of the warehouse, processor time.

Of some 2,400 invented bookings five are new each night, two have changed and one is gone. Prints a line for
each of the nights that are asked for; staging has to stay nearly as large as it was.
Usage: python benchmarks/full_exports.py [BOOKINGS [NIGHT …]]
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from upath import UPath

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.programmes import table_source

BOOKINGS, NIGHTS = 2_400, (2, 30)
NEW, CHANGED, GONE = 5, 2, 1
FIRST_NIGHT = date(2026, 1, 1)
PROGRAMME = """
id: nightly
name: Full exports
version: "1"
waves: [{id: after, label: After, timing: after}]
sources:
""" + table_source(
    "bookings",
    "booking",
    "[ref]",
    "complete: true",
    email="mail",
    reference="ref",
    session_code="session",
    booked_at="booked",
    status="status",
)
_COLUMNS = ("night", "bookings", "sightings", "versions", "current", "MB", "load cpu s", "core cpu s")


@dataclass(frozen=True)
class Booking:
    """One line of the export."""

    number: int
    session: int
    status: str = "booked"

    @property
    def line(self) -> str:
        """The line as it is exported."""
        who = f"person{self.number}@example.org"
        return f"R{self.number:06},{who},S-{self.session},2025-12-01 09:00,{self.status}"


def exports(bookings: int, nights: int) -> Iterator[list[Booking]]:
    """Give the export of each night; the same for the same size."""
    draw = random.Random(1)  # noqa: S311  # invented bookings
    present = [Booking(number, draw.randrange(60)) for number in range(bookings)]
    yield present
    for night in range(1, nights):
        gone = draw.sample(present, GONE)
        present = [one for one in present if one not in gone]
        for place in draw.sample(range(len(present)), CHANGED):
            present[place] = replace(present[place], status="cancelled")
        present += [Booking(bookings + NEW * night + n, draw.randrange(60)) for n in range(NEW)]
        yield present


def main(bookings: int, nights: tuple[int, ...]) -> None:
    """Print one line for each night that is asked for."""
    print("{:>6} {:>9} {:>10} {:>9} {:>8} {:>7} {:>11} {:>11}".format(*_COLUMNS))
    programme = parse_programme(PROGRAMME, place="nightly.yaml")
    with tempfile.TemporaryDirectory() as folder:
        ingest = Ingest(programme, "contract", PSEUDONYMISER, Path(folder) / "runs")
        warehouse = Path(folder) / "warehouse.duckdb"
        for night, export in enumerate(exports(bookings, max(nights)), start=1):
            delivery = _written(Path(folder), FIRST_NIGHT + timedelta(days=night), export)
            with open_warehouse(warehouse) as engine:
                load_s = _processor_time(partial(ingest.load, engine, delivery))
                core_s = _processor_time(partial(refresh_core, engine, programme, current_basis(engine)))
                counts = _counts(engine)
            if night in nights:
                row = "{:>6} {:>9,} {:>10,} {:>9,} {:>8,} {:>7.2f} {:>11.2f} {:>11.2f}"
                size = warehouse.stat().st_size / 1e6
                print(row.format(night, len(export), *counts, size, load_s, core_s), flush=True)


def _written(folder: Path, night: date, export: list[Booking]) -> Delivery:
    file = folder / f"{night}.csv"
    lines = ["ref,mail,session,booked,status", *(booking.line for booking in export)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Delivery("bookings", night, (UPath(file),))


def _processor_time(work: Callable[[], object]) -> float:
    """Return the seconds of processor that some work takes, with that of its child processes."""
    before = os.times()
    work()
    return sum(os.times()[:4]) - sum(before[:4])


def _counts(engine: sa.Engine) -> list[int]:
    tables = map(table_of, ("staging.sighting", "staging.booking", "core.current_record"))
    with engine.connect() as connection:
        counts = [len(read_frame(connection, table)) for table in tables]
        connection.execute(sa.text("CHECKPOINT"))
        connection.commit()
    return counts


if __name__ == "__main__":
    given = list(map(int, sys.argv[1:]))
    main(given[0] if given else BOOKINGS, tuple(given[1:]) or NIGHTS)
