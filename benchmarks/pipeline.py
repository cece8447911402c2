"""Measure the pipeline against the floor and against peers, on the same demonstration and in one session.

The floor (``floor.py``) and each peer (``peers/``) must give the pipeline's values, or this ends with 1.
Whatever is measured is run in turn with the floor. Absolute times differ between machines; the ratios are
what to compare.
Usage: python benchmarks/pipeline.py [--sizes PARTICIPANTS …] [--pairs N] [--without-peers]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from measured import Measure, measure
from values import Values, differences, pipeline_values, printed_values

SIZES, PAIRS = (2_400, 20_000), 2
PEERS = ("polars_frames", "pandas_rows", "dbt_tests", "dlt_merge")
_AS_OF = "2022-06-30"
_HERE = Path(__file__).parent
_CCDS, _UV = (Path(sys.executable).with_name(name) for name in ("ccds", "uv"))
_FLOOR = _HERE / "floor.py"
_ROW = "| {:>12} | {:<24} | {:>7} | {:>7} | {:>7} | {} |"


@dataclass
class Table:
    """Prints a row per measure in Markdown as soon as it is there, and knows if all values were equal."""

    is_equal: bool = True

    def __post_init__(self) -> None:
        print(_ROW.format("participants", "", "CPU s", "× floor", "peak MB", "values"))
        print("|---|---|---|---|---|---|", flush=True)


@dataclass(frozen=True)
class Case:
    """A demonstration that is measured: how many participants, and where its deliveries are."""

    table: Table
    participants: int
    landing: Path

    def add(self, name: str, taken: Measure, *, floor: Measure, values: str = "") -> None:
        """Print what a command took, as a multiple of the floor beside it."""
        ratio = f"{taken.cpu_s / floor.cpu_s:.1f}"
        cells = (f"{self.participants:,}", name, f"{taken.cpu_s:.1f}", ratio, f"{taken.peak_mb:.0f}", values)
        print(_ROW.format(*cells), flush=True)

    def compared(self, values: Values, expected: Values) -> str:
        """Return "equal", or which values differ; the table remembers the latter."""
        found = differences(values, expected)
        self.table.is_equal = self.table.is_equal and not found
        return found or "equal"

    def floor(self) -> Measure:
        """Run the floor."""
        with tempfile.TemporaryDirectory() as folder:
            return measure(sys.executable, _FLOOR, self.landing, Path(folder) / "floor.duckdb")


def peer_python(name: str, folder: Path) -> Path:
    """Make the environment that a peer's script asks for, and return its interpreter."""
    environment = folder / name
    subprocess.run([_UV, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    script = _HERE / "peers" / f"{name}.py"
    install = (_UV, "pip", "install", "--quiet", "--python", environment, "--requirements", script)
    subprocess.run(install, check=True)
    return environment / "bin" / "python"


def run_in_turn(case: Case, folders: Sequence[Path]) -> tuple[float, Values]:
    """Run pipeline and floor in turn, once per folder; return the pipeline's mean seconds, and its values."""
    seconds = []
    for data in folders:
        run = measure(_CCDS, "run", "--data", data, "--landing", case.landing)
        floor = case.floor()
        expected = pipeline_values(data / "warehouse.duckdb")
        found = case.compared(printed_values(floor.output), expected)
        case.add("pipeline", run, floor=floor)
        case.add("floor", floor, floor=floor, values=found)
        seconds.append(run.cpu_s)
    return mean(seconds), expected


def run_peer(case: Case, name: str, python: Path, expected: Values) -> None:
    """Run a peer beside the floor."""
    script = _HERE / "peers" / f"{name}.py"
    with tempfile.TemporaryDirectory() as work:
        taken = measure("env", f"PYTHONPATH={_HERE}", python, script, case.landing, work)
    found = case.compared(printed_values(taken.output), expected)
    case.add(name, taken, floor=case.floor(), values=found)


def run_commands(case: Case, data: Path) -> None:
    """Run what people type most on data that are there."""
    export = max((case.landing / "qualtrics_post").glob("*/*.csv"), key=lambda file: file.stat().st_size)
    floor = case.floor()
    commands: dict[str, tuple[str | Path, ...]] = {
        "ccds --help": ("--help",),
        "ccds kpis": ("kpis", "--data", data),
        "ccds rejects": ("rejects", "--data", data, "--landing", case.landing),
        "ccds inspect": ("inspect", export, "--data", data),
        "ccds kpis --as-of": ("kpis", "--data", data, "--as-of", _AS_OF),
        "ccds kpis --as-of, again": ("kpis", "--data", data, "--as-of", _AS_OF),
    }
    for name, command in commands.items():
        case.add(name, measure(_CCDS, *command), floor=floor)


@contextmanager
def demonstration(participants: int) -> Iterator[tuple[Path, Path]]:
    """Make deliveries in a temporary folder; give it, and the landing folder."""
    with tempfile.TemporaryDirectory() as folder:
        landing = Path(folder) / "landing"
        measure(_CCDS, "demo", "--out", landing, "--participants", str(participants))
        yield Path(folder), landing


def main(sizes: Sequence[int], pairs: int, peers: Sequence[str]) -> int:
    """Print a row per measure, and the growth from each size to the next; return the exit code."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as environments:
        pythons = {name: peer_python(name, Path(environments)) for name in peers}
        table = Table()
        for participants in sizes:
            with demonstration(participants) as (folder, landing):
                case = Case(table, participants, landing)
                folders = [folder / f"data-{number}" for number in range(pairs)]
                taken, expected = run_in_turn(case, folders)
                seconds.append(taken)
                for name, python in pythons.items():
                    run_peer(case, name, python, expected)
                run_commands(case, folders[-1])
    for number in range(1, len(sizes)):
        growth = seconds[number] / seconds[number - 1]
        print(f"pipeline, growth from {sizes[number - 1]:,} to {sizes[number]:,}: {growth:.1f} times")
    return 0 if table.is_equal else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the pipeline against the floor and against peers.")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="PARTICIPANTS")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="runs of pipeline and floor at each size")
    parser.add_argument("--without-peers", action="store_true", help="only pipeline, floor and commands")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    sys.exit(main(given.sizes, given.pairs, () if given.without_peers else PEERS))
