"""Measure what a run costs when there is little or nothing to do, against an empty Dagster run of its graph.

Prints processor seconds of a first run, of a run with nothing new and of a run with one new day of 60
responses, at each size; of a landing folder with 400 days; and the size of Dagster's home after 30 runs.
Absolute times differ between machines; the ratios are what to compare.
Usage: python benchmarks/incremental.py [PARTICIPANTS …]
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from measured import measure

SIZES = (2_400, 20_000)
DAYS, RUNS, RESPONSES = 400, 30, 60
_CCDS = Path(sys.executable).with_name("ccds")
_EMPTY = Path(__file__).with_name("empty_graph.py")
_SOURCE, _HEADER_LINES = "qualtrics_post", 3


def add_day(landing: Path, day: date, responses: int) -> None:
    """Deliver responses once more, as those of other people, in a delivery of a day."""
    header, rows = export(sorted((landing / _SOURCE).glob("2022-0*/*.csv"))[-1])
    place = header[0].index("ResponseId")
    others = [[*row[:place], f"R_{day:%m%d}{row[place]}", *row[place + 1 :]] for row in rows[:responses]]
    deliver(landing, day, [*header, *others])


def export(file: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Return the lines of a file's header, and its records."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    return lines[:_HEADER_LINES], lines[_HEADER_LINES:]


def deliver(landing: Path, day: date, lines: list[list[str]], name: str = "export.csv") -> None:
    """Write a delivery of a day."""
    target = landing / _SOURCE / day.isoformat() / name
    target.parent.mkdir(exist_ok=True)
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(lines)


def spread(landing: Path, days: int) -> None:
    """Spread the responses of one delivery over so many deliveries, a day each."""
    file = min((landing / _SOURCE).glob("*/*.csv"))
    header, rows = export(file)
    shutil.rmtree(file.parent)
    for number in range(days):
        deliver(landing, date(2021, 1, 1) + timedelta(days=number), [*header, *rows[number::days]])


def cpu_of_run(data: Path) -> float:
    """Return the processor seconds of ``ccds run``; a small delivery with a rejected row ends it with 1."""
    return measure(_CCDS, "run", "--data", data, codes=(0, 1)).cpu_s


def at_size(participants: int, data: Path) -> Iterator[float]:
    """Yield the seconds of a first run, of one with nothing new, and of one with a new day."""
    measure(_CCDS, "demo", "--data", data, "--participants", str(participants))
    yield cpu_of_run(data)
    yield cpu_of_run(data)
    add_day(data / "landing", date(2022, 9, 15), RESPONSES)
    yield cpu_of_run(data)


def size_of(folder: Path) -> float:
    """Return the megabytes of a folder's files."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def main(sizes: tuple[int, ...]) -> None:
    """Print one line per measure."""
    empty = measure(sys.executable, _EMPTY).cpu_s
    print(f"empty run of the same graph: {empty:.1f} CPU-s")
    for participants in sizes:
        with tempfile.TemporaryDirectory() as folder:
            first, again, new_day = at_size(participants, Path(folder) / "data")
            print(f"{participants:,} participants:")
            print(f"  first run   {first:6.1f} CPU-s, {first / empty:.2f} × empty")
            print(f"  nothing new {again:6.1f} CPU-s, {again / empty:.2f} × empty")
            print(f"  one new day {new_day:6.1f} CPU-s, {new_day / first:.2f} × first", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        measure(_CCDS, "demo", "--data", data, "--participants", str(sizes[0]))
        spread(data / "landing", DAYS)
        print(
            f"{DAYS} days: first run {cpu_of_run(data):.1f}, nothing new {cpu_of_run(data):.1f}", flush=True
        )
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        measure(_CCDS, "demo", "--data", data, "--participants", "60")
        for number in range(RUNS):
            add_day(data / "landing", date(2022, 9, 1) + timedelta(days=number), 3)
            cpu_of_run(data)
            if number in {0, RUNS - 1}:
                print(
                    f"Dagster's home after {number + 1} runs: {size_of(data / 'dagster'):.1f} MB", flush=True
                )


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
