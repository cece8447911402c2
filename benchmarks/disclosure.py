"""Attack releases of crossed tables at several sizes; print how long it takes and what it finds.

Each size counts invented people by employer and staff group, and region and staff group, with all
margins beside them. Run with ``python benchmarks/disclosure.py [PEOPLE …]``.
"""

from __future__ import annotations

import sys
import time

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.protection import protect
from ccds_pipeline.release.rounding import exact_cells, release_kpis
from ccds_pipeline_tests.support.cross_tables import cross_tables

SIZES = (1_000, 2_500, 12_000, 20_000)


def main(sizes: tuple[int, ...]) -> None:
    """Print one line for each size."""
    print(
        f"{'people':>7} {'cells':>7} {'small':>7} {'covers':>7} {'shown':>7} {'rules s':>8} {'attack s':>9}"
    )
    for people_n in sizes:
        tables = cross_tables(people_n)
        start = time.monotonic()
        released = release_kpis(tables.kpis, rules=ReleaseRules(), nesting=tables.nesting)
        rules_seconds = time.monotonic() - start
        exact = exact_cells(tables.kpis)
        answer = protect(exact, released, rules=ReleaseRules(), nesting=tables.nesting)
        shown_n = int((~answer.released["suppressed"]).sum())
        print(
            f"{people_n:>7,} {len(exact):>7,} {answer.small_n:>7,} {answer.covers_n:>7,} {shown_n:>7,} "
            f"{rules_seconds:>8.2f} {answer.seconds:>9.2f}",
            f"left out: {', '.join(answer.dropped)}" if answer.dropped else "",
        )


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
