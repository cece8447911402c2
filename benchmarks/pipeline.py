"""Measure a run of the demonstration at several sizes: time, memory, and the ratio to a floor.

Absolute times differ between machines; the ratios are what to compare. The floor is
``benchmarks/floor.py``. Usage: python benchmarks/pipeline.py [PARTICIPANTS …]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

SIZES = (2_400, 20_000, 200_000)
_COLUMNS = ("participants", "demo s", "wall s", "cpu s", "peak MB", "floor s", "ratio")
_CCDS = Path(sys.executable).with_name("ccds")
_FLOOR = Path(__file__).with_name("floor.py")


@dataclass(frozen=True)
class Measure:
    """What one command took: seconds of wall clock and of processor, peak memory of all its processes."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measure(*command: str | Path, codes: tuple[int, ...] = (0,)) -> Measure:
    """Run a command to its end and measure it with everything that it starts; other exit codes end this."""
    before, started, peak = os.times(), time.perf_counter(), 0
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("CCDS_", "DAGSTER_"))
    }
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        while process.poll() is None:
            peak = max(peak, _memory_of(process.pid))
            time.sleep(0.05)
        message = process.stderr.read() if process.stderr else ""
    if process.returncode not in codes:
        raise SystemExit(f"{command[0]} ended with {process.returncode}:\n{message}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measure(time.perf_counter() - started, cpu, peak / 1e6)


def _memory_of(pid: int) -> int:
    try:
        parent = psutil.Process(pid)
        return sum(process.memory_info().rss for process in (parent, *parent.children(recursive=True)))
    except psutil.Error:  # it ended meanwhile
        return 0


def main(sizes: tuple[int, ...]) -> None:
    """Print one line per size, and the growth from the last size but one to the last."""
    print("{:>12} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6}".format(*_COLUMNS))
    walls = []
    for participants in sizes:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            demo = measure(_CCDS, "demo", "--data", data, "--participants", str(participants))
            run = measure(_CCDS, "run", "--data", data)
            floor = measure(sys.executable, _FLOOR, data / "landing", Path(folder))
        walls.append(run.wall_s)
        figures = (demo.wall_s, run.wall_s, run.cpu_s, run.peak_mb, floor.wall_s, run.wall_s / floor.wall_s)
        row = "{:>12,} {:>8.1f} {:>8.1f} {:>8.1f} {:>8.0f} {:>8.1f} {:>6.1f}"
        print(row.format(participants, *figures), flush=True)
    if len(sizes) > 1:
        print(f"growth from {sizes[-2]:,} to {sizes[-1]:,}: {walls[-1] / walls[-2]:.1f} times")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
