"""Measure the pipeline against the floor and against peers, on the same demonstration and in one session.

The floor (``floor.py``) and each peer (``peers/``) must give the pipeline's values, or this ends with 1. Runs of
pipeline and floor take turns. Absolute times differ between machines; the ratios are what to compare.
Usage: python benchmarks/pipeline.py [--sizes PARTICIPANTS …] [--pairs N] [--peers NAME …]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from measured import Measure, measure
from peers import PEERS, environment_of
from values import Values, differences, pipeline_values, printed_values

SIZES, PAIRS = (2_400, 20_000), 2
CCDS = Path(sys.executable).with_name("ccds")
_HERE = Path(__file__).parent
_FLOOR = _HERE / "floor.py"
_ROW = "| {:>12} | {:<22} | {:>7} | {:>7} | {:>7} | {} |"


class Table:
    """Prints a row per measure, in Markdown, as soon as it is there; knows whether all values were equal."""

    def __init__(self) -> None:
        self.is_equal = True
        print(_ROW.format("participants", "", "CPU s", "× floor", "peak MB", "values"))
        print("|---|---|---|---|---|---|")

    def add(self, participants: int, name: str, taken: Measure, floor_s: float, found: str = "") -> None:
        """Print a row; ``found`` says which values differ."""
        self.is_equal = self.is_equal and not found
        ratio = f"{taken.cpu_s / floor_s:.1f}"
        cells = (f"{participants:,}", name, f"{taken.cpu_s:.1f}", ratio, f"{taken.peak_mb:.0f}")
        print(_ROW.format(*cells, found), flush=True)


def floor_of(landing: Path) -> tuple[Measure, Values]:
    """Run the floor; return what it took, and its values."""
    with tempfile.TemporaryDirectory() as folder:
        taken = measure(sys.executable, _FLOOR, landing, Path(folder) / "floor.duckdb")
    return taken, printed_values(taken.output)


def pairs(table: Table, participants: int, data: Path, number: int) -> float:
    """Run pipeline and floor in turn; print each pair and return the mean seconds of the floor."""
    seconds = []
    for _ in range(number):
        with tempfile.TemporaryDirectory() as folder:
            run = measure(CCDS, "run", "--data", folder, "--landing", data / "landing")
            expected = pipeline_values(Path(folder) / "warehouse.duckdb")
        floor, values = floor_of(data / "landing")
        table.add(participants, "pipeline", run, floor.cpu_s)
        table.add(participants, "floor", floor, floor.cpu_s, differences(values, expected) or "equal")
        seconds.append(floor.cpu_s)
    return mean(seconds)
