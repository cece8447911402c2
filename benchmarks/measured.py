"""What a command costs: processor seconds and peak memory of it and of everything that it starts."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Measure:
    """What one command took: seconds of wall clock and of processor, peak memory of all its processes."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


def measure(*command: str | Path, codes: tuple[int, ...] = (0,)) -> Measure:
    """Run a command to its end and measure it with everything that it starts; other exit codes end this."""
    before, started, peak = os.times(), time.perf_counter(), 0
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("CCDS_", "DAGSTER_"))
    }
    with (
        tempfile.TemporaryFile("w+") as output,
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(list(map(str, command)), stdout=output, stderr=errors, env=environment) as process,
    ):
        while process.poll() is None:
            peak = max(peak, _memory_of(process.pid))
            time.sleep(0.05)
        wall_s = time.perf_counter() - started
        for stream in (output, errors):
            stream.seek(0)
        text, message = output.read(), errors.read()
    if process.returncode not in codes:
        raise SystemExit(f"{command[0]} ended with {process.returncode}:\n{message}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measure(wall_s, cpu, peak / 1e6, text)


def _memory_of(pid: int) -> int:
    try:
        parent = psutil.Process(pid)
        return sum(process.memory_info().rss for process in (parent, *parent.children(recursive=True)))
    except psutil.Error:  # it ended meanwhile
        return 0
