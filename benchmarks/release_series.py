"""Release a demonstration night after night while a few people answer, and attack each release.

Prints one line per night: how many responses came, how many released cells show anything else than the night
before, and what an attacker finds in the release alone. A cell may change only when enough people did
(PRIVACY.md P17), so that nobody's answer follows from a difference.
Usage: python benchmarks/release_series.py DATA, after ``ccds run`` into that folder.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from disclosure import Candidate, attack_on, candidate_of
from incremental import add_day, cpu_of_run

from ccds_pipeline.release.protection import KEY
from ccds_pipeline_tests.support.reconstruction.attack import found_n

FIRST = date(2022, 9, 15)
RESPONSES = (1, 2, 3, 4, 5, 11, 60)
_NUMBERS = ["numerator", "denominator", "people_n", "value", "ci_low", "ci_high", "suppressed"]


def main(data: Path) -> None:
    """Print one line per night."""
    before = _numbers(candidate_of(data))
    print(
        "responses | cells that changed | small counts | exactly, narrower than 3 | numbers to 199 | exactly"
    )
    for number, responses in enumerate(RESPONSES):
        add_day(data / "landing", FIRST + timedelta(days=number), responses)
        cpu_of_run(data)
        candidate = candidate_of(data)
        after = _numbers(candidate)
        found = attack_on(candidate, moved=candidate.rules.minimum_people - 1)
        print(
            f"{responses} | {_changed_n(before, after):,} of {len(after):,} | {found.small_n:,} "
            f"| {found_n(found.small)}, {len(found.small)} | {found.sizes_n:,} | {found_n(found.sizes)}",
            flush=True,
        )
        before = after


def _numbers(candidate: Candidate) -> pd.DataFrame:
    return candidate.shown.set_index(KEY)[_NUMBERS]


def _changed_n(before: pd.DataFrame, after: pd.DataFrame) -> int:
    there = before.reindex(after.index)
    is_same = (there == after) | (there.isna() & after.isna())
    return int((~is_same.all(axis=1)).sum())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
