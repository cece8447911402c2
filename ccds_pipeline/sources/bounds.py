"""Bounds of memory and time that a process sets on itself before it parses delivered files.

Only what the operating system enforces belongs here; sizes and counts are checked by the readers. Windows
has none of it: there a file is bounded by its size alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ccds_pipeline.sources.limits import Limits

if sys.platform == "win32":

    def bound_memory(limits: Limits) -> None:
        """Do nothing: this system has no such bound."""

    def start_clocks(limits: Limits) -> None:
        """Do nothing: this system has no such bound."""

    @contextmanager
    def wall_clock_stopped() -> Iterator[None]:
        """Do nothing: this system has no such bound."""
        yield

else:
    import resource
    import signal

    def bound_memory(limits: Limits) -> None:
        """Bound the address space of this process for good, and let it write no core dump."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold personal data
        if sys.platform != "darwin":  # which refuses this bound
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))

    def start_clocks(limits: Limits) -> None:
        """Give this process the time of one file, from now; then a signal ends it.

        Nothing handles the signals, so they end it even inside a library's loop.
        """
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)

    @contextmanager
    def wall_clock_stopped() -> Iterator[None]:
        """Stop the wall clock while this process waits for another."""
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        yield
        signal.setitimer(signal.ITIMER_REAL, left)
