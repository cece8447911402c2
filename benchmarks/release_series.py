"""Release a demonstration night after night while a few people answer, and attack each release.

The last responses of the demonstration are held back from the first release, and come night after night.
Prints one line per night: how many came, how many released cells of people show anything else than the night
before, and what an attacker finds in the release alone. A cell may change only when enough people did
(PRIVACY.md P17), so that nobody's answer follows from a difference.
Usage: python benchmarks/release_series.py DATA, after ``ccds demo`` into that folder and before any run.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from disclosure import Candidate, attack_on, candidate_of
from incremental import cpu_of_run, deliver, export

from ccds_pipeline.release.protection import KEY
from ccds_pipeline_tests.support.reconstruction.attack import found_n

FIRST = date(2022, 9, 15)
RESPONSES = (1, 2, 3, 4, 5, 11, 60)
_NUMBERS = ["numerator", "denominator", "people_n", "value", "ci_low", "ci_high", "suppressed"]


def main(data: Path) -> None:
    """Print one line per night."""
    header, held = _held_back(data / "landing", sum(RESPONSES))
    cpu_of_run(data)
    before = _numbers(candidate_of(data))
    print(
        "responses | cells that changed | small counts | exactly, narrower than 3 | numbers to 199 | exactly"
    )
    for number, responses in enumerate(RESPONSES):
        coming, held = held[:responses], held[responses:]
        deliver(data / "landing", FIRST + timedelta(days=number), [*header, *coming])
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


def _held_back(landing: Path, number: int) -> tuple[list[list[str]], list[list[str]]]:
    """Take the last responses out of the newest export; return its header and them."""
    file = sorted((landing / "qualtrics_post").glob("*/*.csv"))[-1]
    header, rows = export(file)
    deliver(landing, date.fromisoformat(file.parent.name), [*header, *rows[:-number]], file.name)
    return header, rows[-number:]


def _numbers(candidate: Candidate) -> pd.DataFrame:
    """Return what is shown of people; counts of records are rounded, and change as records come."""
    shown = candidate.shown
    return shown[shown["unit"] != "records"].set_index(KEY)[_NUMBERS]


def _changed_n(before: pd.DataFrame, after: pd.DataFrame) -> int:
    there = before.reindex(after.index)
    is_same = (there == after) | (there.isna() & after.isna())
    return int((~is_same.all(axis=1)).sum())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
