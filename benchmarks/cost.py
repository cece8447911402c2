"""Run a command that makes a report of a demonstration, and print its cost beside the last one that is known.

The cost is processor seconds of the command and all that it starts, as a multiple of the floor on the same
files; the last one stands in the table of ``docs/performance.md`` under the number of participants. A cost
that grew is said, so that whoever made it grow can say what for. Ends with 1 where the floor gives other
values than the pipeline, since the ratio then compares different things; with the command's code where that
fails.
Usage: python benchmarks/cost.py DATA COMMAND …
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from measured import Measure, measure
from values import differences, pipeline_values, printed_values

_HERE = Path(__file__).parent
_FLOOR, _PAGE = _HERE / "floor.py", _HERE.parent / "docs" / "performance.md"
_RUNS_OF_FLOOR = 3
_NOISE = 1.5


def known_ratio(participants: int) -> float | None:
    """Return the ratio that the page gives for a demonstration of that size; None where it gives none."""
    row = re.search(rf"(?m)^\| {participants:,} in CI \| ([\d.]+) × ", _PAGE.read_text(encoding="utf-8"))
    return float(row[1]) if row else None


def run_floor(landing: Path) -> Measure:
    """Run the floor a few times, and return what its median run took."""
    runs = []
    for _ in range(_RUNS_OF_FLOOR):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(measure(sys.executable, _FLOOR, landing, Path(folder) / "floor.duckdb"))
    return sorted(runs, key=lambda run: run.cpu_s)[_RUNS_OF_FLOOR // 2]


def main(data: Path, command: list[str]) -> int:
    """Run the command, print the cost, and return the exit code."""
    before = os.times()
    code = subprocess.run(command, check=False).returncode
    after = os.times()
    if code:
        return code
    taken = after.children_user + after.children_system - before.children_user - before.children_system
    landing = data / "landing"
    participants = json.loads((landing / "demonstration.json").read_text(encoding="utf-8"))["participants"]
    floor, known = run_floor(landing), known_ratio(participants)
    ratio = taken / floor.cpu_s
    last = f"{known:.1f} × in" if known else "none for this size in"
    print(
        f"Cost at {participants:,} participants: {ratio:.1f} × the floor ({taken:.1f} and {floor.cpu_s:.1f} "
        f"CPU-s); the last one: {last} docs/performance.md."
    )
    if known and ratio > _NOISE * known:
        print("It grew: say there what for, with the new ratio.")
    found = differences(printed_values(floor.output), pipeline_values(data / "warehouse.duckdb"))
    if found:
        print(f"The floor no longer gives the pipeline's values: {found}. Correct benchmarks/floor_kpis.sql.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
