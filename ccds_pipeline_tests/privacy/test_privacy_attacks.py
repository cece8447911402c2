"""Attacks on pseudonyms and releases; each first proves itself on a victim that is not protected."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Iterable

import pandas as pd
import pytest

from ccds_pipeline.privacy.pseudonym import Pseudonymiser
from ccds_pipeline.privacy.release import release_kpis
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline_tests.kpi_cells import cells, count_cell

RULES = ReleaseRules()
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


def test_a_dictionary_finds_nobody_behind_the_pseudonyms():
    plain = [hashlib.sha256(email.encode()).hexdigest()[:32] for email in GUESSES]
    assert guessed(plain) == len(GUESSES)
    pseudonymiser = Pseudonymiser(hashlib.sha256(b"a key of these tests, used nowhere else").digest())
    assert guessed(pseudonymiser.person_keys(pd.Series(GUESSES, dtype="str"))) == 0


Counts = dict[str, int]
Published = dict[str, float | None]
Interval = tuple[float, float]


def narrowed(levels: Published, total: float, *, slack: int) -> dict[str, Interval]:
    """Return what subtraction from the total says of each withheld level.

    The attacker knows the rules: a shown count is off by ``slack`` at most, a small one is 1 to 7, and
    the one withheld for its sake is 8 or more; which of the two is which, the reason says.
    """
    shown = [count for count in levels.values() if count is not None]
    withheld = [level for level, count in levels.items() if count is None]
    rest = (total - sum(shown) - slack * (len(shown) + 1), total - sum(shown) + slack * (len(shown) + 1))
    if len(withheld) == 1:
        return {withheld[0]: (max(1, rest[0]), min(7, rest[1]))}
    return {level: (1, min(7, rest[1] - 8)) for level in withheld}


def suppressed_only(tables: list[Counts]) -> list[tuple[Published, float]]:
    """Publish as many do: small cells blanked, the rest and the total exact."""
    return [
        ({level: n if n > 7 else None for level, n in counts.items()}, sum(counts.values()))
        for counts in tables
    ]


def released(tables: list[Counts]) -> list[tuple[Published, float]]:
    """Publish by the rules."""
    rows = [
        count_cell(level, n, kpi_id=f"K{number}")
        for number, counts in enumerate(tables)
        for level, n in [*counts.items(), ("all", sum(counts.values()))]
    ]
    shown = release_kpis(cells(*rows), rules=RULES).set_index(["kpi_id", "level"])["value"]
    return [
        (
            {level: None if pd.isna(n) else float(n) for level, n in shown[f"K{number}"].drop("all").items()},
            float(shown[f"K{number}", "all"]),
        )
        for number in range(len(tables))
    ]


def tables_with_one_small_cell() -> list[tuple[Counts, str]]:
    """Return 200 tables, each with the level that is to be attacked."""
    generator = random.Random(7)  # noqa: S311  # repeatable tables, no secret
    tables = []
    for _ in range(200):
        counts = {region: generator.randint(8, 60) for region in REGIONS[: generator.randint(2, 7)]}
        small = generator.choice(list(counts))
        tables.append((counts | {small: generator.randint(1, 7)}, small))
    return tables


def test_no_small_count_is_narrowed_down_by_subtraction():
    tables = tables_with_one_small_cell()

    def widths(publications: list[tuple[Published, float]], slack: int) -> list[float]:
        intervals = [
            narrowed(levels, total, slack=slack)[small]
            for (levels, total), (_, small) in zip(publications, tables, strict=True)
        ]
        return [high - low for low, high in intervals]

    counts = [counts for counts, _ in tables]
    assert max(widths(suppressed_only(counts), slack=0)) == 0
    assert min(widths(released(counts), slack=2)) >= 3


@pytest.mark.parametrize("people", [3, 7])
def test_many_answers_of_few_people_do_not_pass_for_many_people(people):
    answer = release_kpis(cells(count_cell("all", 12, people=people)), rules=RULES)
    assert answer["suppressed"].tolist() == [True]
