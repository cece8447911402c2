"""A release never reveals: laws over tables of any shape."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.rounding import release_kpis
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell, share_cell

RULES = ReleaseRules()
KEY = ["kpi_id", "estimand", "wave", "breakdown", "level"]
COUNTS = ["numerator", "denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n"]
DERIVED = [*COUNTS, "value", "ci_low", "ci_high", "ci_method", "met", "assured"]
REGIONS = ["Y56", "Y58", "Y59", "Y60", "Y61", "Y62", "Y63"]

# Small numbers are where the rules bite.
COUNT = st.one_of(st.integers(0, 16), st.integers(0, 300))
LAW = settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])


def tables_of(part: st.SearchStrategy) -> st.SearchStrategy:
    """Several tables at once: one release of many is cheaper than many releases."""
    return st.lists(st.lists(part, min_size=1, max_size=7), min_size=1, max_size=8)


def count_rows(tables: list[list[int]]) -> list[dict[str, Any]]:
    """Counts of persons by region, with the total that they add up to."""
    return [
        count_cell(level, count, kpi_id=f"K{number}")
        for number, counts in enumerate(tables)
        for level, count in [*zip(REGIONS, counts, strict=False), ("all", sum(counts))]
    ]


def share_rows(tables: list[list[tuple[int, int, int]]]) -> list[dict[str, Any]]:
    """Shares by region of answers that some people gave more than once, with their total."""
    rows: list[dict[str, Any]] = []
    for number, parts in enumerate(tables):
        answers = [
            (hits, hits + misses, max(hits + misses - repeats, min(1, hits + misses)))
            for hits, misses, repeats in parts
        ]
        total = tuple(map(sum, zip(*answers, strict=True)))
        rows += [
            share_cell(level, hits, n, people=people, blank_n=n % 11, kpi_id=f"K{number}", met=True)
            for level, (hits, n, people) in [*zip(REGIONS, answers, strict=False), ("all", total)]
        ]
    return rows


def mean_rows(tables: list[list[tuple[int, float]]]) -> list[dict[str, Any]]:
    """Means by region; how they add up does not matter to the rules."""
    return [
        mean_cell(level, mean if n else float("nan"), n, kpi_id=f"K{number}", wave="follow_up")
        for number, parts in enumerate(tables)
        for level, (n, mean) in zip(REGIONS, parts, strict=False)
    ]


COUNTED = tables_of(COUNT).map(count_rows)
SHARED = tables_of(st.tuples(COUNT, COUNT, COUNT)).map(share_rows)
MEANT = tables_of(st.tuples(COUNT, st.floats(0, 10))).map(mean_rows)
TABLES = st.tuples(COUNTED, SHARED, MEANT).map(lambda rows: cells(*rows[0], *rows[1], *rows[2]))


def release(kpis: pd.DataFrame) -> pd.DataFrame:
    return release_kpis(kpis, rules=RULES)


@pytest.mark.attack("A8")
@LAW
@given(TABLES)
def test_no_count_of_one_to_seven_is_released_and_every_count_is_a_multiple_of_five(kpis):
    released = release(kpis)
    counts = released[COUNTS].melt()["value"].dropna()
    assert not counts.between(1, 7).any()
    assert (counts % 5 == 0).all()


@pytest.mark.attack("A14")
@LAW
@given(TABLES)
def test_nothing_that_derives_from_a_withheld_cell_is_released(kpis):
    released = release(kpis)
    withheld = released[released["suppressed"]]
    assert withheld[DERIVED].isna().all(axis=None)
    assert (withheld["status"] == "measured").all()
    assert released["suppression_reason"].notna().equals(released["suppressed"])


@pytest.mark.slow
@pytest.mark.attack("A8")
@LAW
@given(TABLES)
def test_a_withheld_level_never_stands_alone_beside_its_total(kpis):
    released = release(kpis)
    exact = kpis.set_index(KEY)["people_n"]
    for table, levels in released.groupby(["kpi_id", "estimand", "wave", "breakdown"]):
        others = levels[~levels["suppressed"]]
        others_with_people = (exact.loc[pd.MultiIndex.from_frame(others[KEY])] > 0).any()
        if table[3] != "all" and levels["suppressed"].sum() == 1:
            assert not others_with_people


@LAW
@given(st.one_of(COUNTED, SHARED))
def test_a_level_that_is_all_of_its_total_is_withheld_with_it(rows):
    exact = cells(*rows)
    is_suppressed = release(exact).set_index(KEY)["suppressed"]
    for _, table in exact[exact["people_n"] > 0].groupby("kpi_id"):
        if len(table) == 2:  # the only level with people, and the total
            assert is_suppressed[pd.MultiIndex.from_frame(table[KEY])].nunique() == 1  # noqa: PD101  # the table is small


@pytest.mark.attack("A12")
@LAW
@given(TABLES)
def test_a_survey_measure_of_few_people_is_never_released(kpis):
    released = release(kpis).merge(kpis[[*KEY, "people_n"]], on=KEY, suffixes=("", "_exact"))
    shown = released[~released["suppressed"] & ~released["unit"].isin(["persons", "places"])]
    assert ((shown["people_n_exact"] == 0) | (shown["people_n_exact"] >= 11)).all()


@LAW
@given(TABLES)
def test_a_share_and_its_complement_are_what_the_released_counts_give(kpis):
    released = release(kpis)
    shares = released[(released["unit"] == "share") & released["value"].notna()]
    assert (shares["value"] == (shares["numerator"] / shares["denominator"]).round(2)).all()
    assert not (shares["denominator"] - shares["numerator"]).between(1, 7).any()
    assert (shares["ci_low"] <= shares["value"]).all()
    assert (shares["value"] <= shares["ci_high"]).all()


@pytest.mark.slow
@LAW
@given(TABLES, st.randoms())
def test_the_order_of_the_rows_changes_nothing(kpis, random):
    shuffled = kpis.iloc[random.sample(range(len(kpis)), len(kpis))]
    pd.testing.assert_frame_equal(release(kpis), release(shuffled))


@pytest.mark.slow
@LAW
@given(COUNTED)
def test_releasing_released_counts_changes_nothing(rows):
    once = release(cells(*rows))
    pd.testing.assert_frame_equal(release(once), once)


@pytest.mark.slow
@LAW
@given(TABLES)
def test_releasing_again_brings_nothing_back(kpis):
    once = release(kpis)
    twice = release(once)
    assert twice["suppressed"][once["suppressed"]].all()


@pytest.mark.slow
@LAW
@given(TABLES)
def test_rows_keys_and_columns_stay(kpis):
    released = release(kpis)
    assert released.columns.tolist() == kpis.columns.tolist()
    expected = kpis[KEY].sort_values(KEY, ignore_index=True)
    pd.testing.assert_frame_equal(released[KEY], expected, check_dtype=False)
