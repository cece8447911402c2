"""Run a command that makes a report of a demonstration, and print its cost beside the last one that is known.

The cost is processor seconds of the command and all that it starts, as a multiple of the floor on the same
files; the last one stands in the table of ``docs/performance.md`` under the number of participants. The exit
code is the command's: a cost that grew is said, so that whoever made it grow can say what for.
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
from statistics import median

from measured import measure

_HERE = Path(__file__).parent
_FLOOR, _PAGE = _HERE / "floor.py", _HERE.parent / "docs" / "performance.md"
_RUNS_OF_FLOOR = 3
_NOISE = 1.5


def known_ratio(participants: int) -> float | None:
    """Return the ratio that the page gives for a demonstration of that size; None where it gives none."""
    row = re.search(rf"(?m)^\| {participants:,} in CI \| ([\d.]+) × ", _PAGE.read_text(encoding="utf-8"))
    return float(row[1]) if row else None


def floor_seconds(landing: Path) -> float:
    """Return the processor seconds of the floor, the median of a few runs."""
    seconds = []
    for _ in range(_RUNS_OF_FLOOR):
        with tempfile.TemporaryDirectory() as folder:
            seconds.append(measure(sys.executable, _FLOOR, landing, Path(folder) / "floor.duckdb").cpu_s)
    return median(seconds)


def main(data: Path, command: list[str]) -> int:
    """Run the command, print the cost, and return the command's exit code."""
    before = os.times()
    code = subprocess.run(command, check=False).returncode
    after = os.times()
    if code:
        return code
    taken = after.children_user + after.children_system - before.children_user - before.children_system
    landing = data / "landing"
    participants = json.loads((landing / "demonstration.json").read_text(encoding="utf-8"))["participants"]
    ratio, known = taken / floor_seconds(landing), known_ratio(participants)
    print(f"Cost at {participants:,} participants: {ratio:.1f} × the floor ({taken:.1f} CPU-s).")
    if known is None:
        print(f"docs/performance.md has no row for {participants:,} participants in CI.")
    else:
        print(f"The last one, in docs/performance.md: {known:.1f} × the floor.")
        if ratio > _NOISE * known:
            print("It grew: say in docs/performance.md what for, with the new ratio.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
