"""Attacks on pseudonyms and releases; each first proves itself on a victim that is not protected."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Iterable

import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell
from ccds_pipeline_tests.support.kpi_release import release

REGIONS = ["Y56", "Y58", "Y59", "Y60", "Y61", "Y62", "Y63"]
GUESSES = [f"{first}.{last}{n}@nhs.net" for first in ("jane", "tom", "anna") for last in ("doe", "lee")
           for n in range(100)]  # fmt: skip
SALTS = ["", "ccds", "ccds_pipeline", "person/1\x1f", "key-id", "nhs", "pseudonym", "secret"]


def guessed(victims: Iterable[str]) -> int:
    """Return how many pseudonyms a dictionary of likely addresses finds without the key."""
    known = set(victims)
    hits = 0
    for guess in GUESSES:
        for salt in SALTS:
            digests = [hashlib.new(name, (salt + guess).encode()).hexdigest() for name in ("sha1", "sha256")]
            digests.append(hmac.new(salt.encode(), guess.encode(), hashlib.sha256).hexdigest())
            hits += any(digest[:32] in known for digest in digests)
    return hits


@pytest.mark.attack("A2")
def test_a_dictionary_finds_nobody_behind_the_pseudonyms():
    plain = [hashlib.sha256(email.encode()).hexdigest()[:32] for email in GUESSES]
    assert guessed(plain) == len(GUESSES)
    pseudonymiser = Pseudonymiser(hashlib.sha256(b"a key of these tests, used nowhere else").digest())
    assert guessed(pseudonymiser.person_keys(pd.Series(GUESSES, dtype="str"))) == 0


Counts = dict[str, int]
Published = dict[str, tuple[float | None, str | None]]
INFINITY = float("inf")


def possible(cell: tuple[float | None, str | None], *, slack: int) -> tuple[float, float]:
    """Return what an attacker who knows the rules knows of one cell from itself."""
    count, _ = cell
    if count is not None:
        return (max(count - slack, 8), count + slack) if count else (0, 0)
    # The noise may have made a larger count small.
    return (1, 7 + slack)


def narrowed(cells: Published, *, slack: int) -> list[float]:
    """Return how wide subtraction from the total leaves each small cell."""
    bounds = {level: possible(cell, slack=slack) for level, cell in cells.items()}
    low_total, high_total = bounds.pop("all")
    low_sum, high_sum = (sum(ends) for ends in zip(*bounds.values(), strict=True))
    widths = []
    for level, (low, high) in bounds.items():
        if cells[level][0] is None and high < INFINITY:
            others_high = high_sum - high if high_sum < INFINITY else INFINITY
            lowest = max(low, low_total - others_high)
            highest = min(high, high_total - (low_sum - low))
            widths.append(highest - lowest)
    return widths


def suppressed_only(tables: list[Counts]) -> list[Published]:
    """Publish as many do: small cells blanked, the rest and the total exact."""
    published: list[Published] = []
    for counts in tables:
        exact = counts | {"all": sum(counts.values())}
        published.append(
            {level: (None, "small_count") if 0 < n < 8 else (n, None) for level, n in exact.items()}
        )
    return published


def released(tables: list[Counts]) -> list[Published]:
    """Publish by the rules."""
    rows = [
        count_cell(level, n, kpi_id=f"K{number}")
        for number, counts in enumerate(tables)
        for level, n in [*counts.items(), ("all", sum(counts.values()))]
    ]
    published: list[Published] = [{} for _ in tables]
    exact = cells(*rows)
    keyed = exact.assign(population=exact["kpi_id"] + "/attended")
    table = release(keyed)[["kpi_id", "level", "value", "suppression_reason"]]
    for kpi_id, level, value, reason in table.astype("object").itertuples(index=False):
        published[int(kpi_id[1:])][level] = (None if pd.isna(value) else value, reason)
    return published


def tables_with_small_cells() -> list[Counts]:
    """Return 300 tables of three to seven levels; the first two or more are large."""
    generator = random.Random(7)  # noqa: S311  # repeatable tables, no secret
    tables = []
    for _ in range(300):
        large = [generator.randint(11, 60) for _ in range(generator.randint(2, 4))]
        small = [generator.choice((0, 1, 2, 4, 6, 7, 8, 9)) for _ in range(generator.randint(1, 3))]
        tables.append(dict(zip(REGIONS, large + small, strict=False)))
    return tables


@pytest.mark.attack("A8")
def test_no_small_count_is_narrowed_down_by_subtraction():
    tables = tables_with_small_cells()
    exact = [width for cells in suppressed_only(tables) for width in narrowed(cells, slack=0)]
    by_the_rules = [width for cells in released(tables) for width in narrowed(cells, slack=REACH)]
    assert sum(width == 0 for width in exact) > 50
    assert len(by_the_rules) > 200
    assert min(by_the_rules) >= 3


@pytest.mark.attack("A12")
@pytest.mark.parametrize("people", [3, 7])
def test_many_answers_of_few_people_do_not_pass_for_many_people(people):
    answer = release(cells(count_cell("all", 12, people=people)))
    assert answer["suppressed"].tolist() == [True]
