"""A release never reveals: laws over tables of any shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.schemas.readings import UNITS
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell, share_cell
from ccds_pipeline_tests.support.kpi_release import release

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


@pytest.mark.attack("A8")
@LAW
@given(TABLES)
def test_no_count_of_one_to_seven_is_released_and_none_is_off_by_more_than_the_noise(kpis):
    released = release(kpis).merge(kpis, on=KEY, suffixes=("", "_exact"))
    shown = released[~released["suppressed"]]
    for name in ("denominator", "people_n"):
        assert not shown[name].between(1, 7).any()
    # All answers are the people, and what they answered again: each has its noise.
    off = (shown["denominator"] - shown["denominator_exact"]).abs()
    assert (off.fillna(0) <= 2 * REACH).all()


@pytest.mark.attack("A14")
@LAW
@given(TABLES)
def test_nothing_that_derives_from_a_withheld_cell_is_released(kpis):
    released = release(kpis)
    withheld = released[released["suppressed"]]
    assert withheld[DERIVED].isna().all(axis=None)
    assert (withheld["status"] == "measured").all()
    assert released["suppression_reason"].notna().equals(released["suppressed"])


@pytest.mark.attack("A12")
@LAW
@given(TABLES)
def test_a_survey_measure_of_few_people_is_never_released(kpis):
    released = release(kpis).merge(kpis[[*KEY, "people_n"]], on=KEY, suffixes=("", "_exact"))
    shown = released[~released["suppressed"] & ~released["unit"].isin(["persons", "places"])]
    for name in ("people_n", "people_n_exact"):
        assert ((shown[name] == 0) | (shown[name] >= 11)).all()


@LAW
@given(TABLES)
def test_a_share_is_what_the_released_counts_give_and_lies_in_its_interval(kpis):
    released = release(kpis)
    shares = released[(released["unit"] == "share") & released["value"].notna()]
    given_share = shares["numerator"] / shares["denominator"]
    assert ((shares["value"] - given_share).abs() <= 0.0050001).all()
    assert (shares["numerator"] <= shares["denominator"]).all()
    assert (shares["ci_low"] <= shares["value"]).all()
    assert (shares["value"] <= shares["ci_high"]).all()


@LAW
@given(st.lists(st.tuples(st.integers(12, 300), st.integers(0, 300)), min_size=1, max_size=40))
def test_the_interval_of_a_share_holds_the_exact_one_whatever_the_noise(parts):
    rows = [share_cell(f"P{at}", min(hits, n), n) for at, (n, hits) in enumerate(parts)]
    exact = cells(*rows)
    shown = release(exact.assign(population="of/" + exact["level"])).merge(
        exact, on=KEY, suffixes=("", "_exact")
    )
    shown = shown[shown["ci_low"].notna()]
    share = shown["numerator_exact"] / shown["denominator_exact"]
    # The noise is larger than its 95 % range once in twenty times; then the sampling interval has room.
    assert ((share >= shown["ci_low"] - 0.06) & (share <= shown["ci_high"] + 0.06)).all()


@LAW
@given(st.integers(0, 2**20), st.integers(30, 90))
def test_noise_moves_shares_neither_up_nor_down(seed, per_cent):
    draw = np.random.default_rng(seed)
    # Of all sizes, as in a release: of one size, only shares that the noise made smaller could be shown.
    sizes = draw.integers(20, 240, 600)
    hits = draw.binomial(sizes, per_cent / 100)
    parts = enumerate(zip(hits.tolist(), sizes.tolist(), strict=True))
    exact = cells(*(share_cell(f"P{seed}-{at}", hit, n) for at, (hit, n) in parts))
    shown = release(exact.assign(population=f"of/{seed}/" + exact["level"]))
    both = shown.merge(exact, on=KEY, suffixes=("", "_exact")).dropna(subset=["numerator"])
    errors = (both["numerator"] / both["denominator"] - both["value_exact"]).astype("float64")
    assert len(errors) > 100
    assert abs(errors.mean()) < 5 * errors.std() / np.sqrt(len(errors)) + 0.0005


@st.composite
def scores(draw: st.DrawFn) -> tuple[int, int, int]:
    """Draw how many pairs there are, and the sums of their scores from 0 to 10 before and after."""
    n = draw(st.integers(11, 199))
    before = draw(st.integers(3 * n, 9 * n))
    return n, before, draw(st.integers(before, min(10 * n, 2 * before)))


def agreeing(shown: pd.DataFrame) -> int:
    """Return how many numbers of pairs agree with every mean and change that is shown of them."""
    n = int(shown["denominator"].iloc[0])
    names, units, numbers = (shown[name].tolist() for name in ("estimand", "unit", "value"))
    values = {
        name: (float(value), UNITS[unit].step(n) / 2)
        for name, unit, value in zip(names, units, numbers, strict=True)
    }
    return sum(some_sums_give(values, count) for count in range(n - REACH, n + REACH + 1))


def some_sums_give(values: dict[str, tuple[float, float]], count: int) -> bool:
    """Return whether some sums of scores of ``count`` pairs give all these numbers, each to half a step."""
    sums = np.arange(10 * count + 1) / count
    before, after = (
        sums[np.abs(sums - value) <= half + 1e-9]
        for value, half in (values["mean_before"], values["mean_after"])
    )
    for first in before[before > 0]:
        gains = after - first
        computed = {"difference": gains, "E3": gains / 10, "E1": gains / first}
        agree = [
            np.abs(computed[name] - value) <= half + 1e-9
            for name, (value, half) in values.items()
            if name in computed
        ]
        if np.all(agree, axis=0).any():
            return True
    return False


@pytest.mark.attack("A8")
@settings(deadline=None, max_examples=60)
@given(scores())
@example((120, 531, 825))
@example((21, 183, 199))
def test_at_least_five_numbers_of_pairs_agree_with_all_that_is_shown_of_them(drawn):
    n, before, after = drawn
    gain = (after - before) / n
    readings = {
        "mean_before": ("score", before / n),
        "mean_after": ("score", after / n),
        "difference": ("score", gain),
        "E1": ("relative_change", (after - before) / before),
        "E3": ("share_of_range", gain / 10),
    }
    exact = cells(
        *(mean_cell("all", value, n, unit=unit, estimand=name) for name, (unit, value) in readings.items())
    )
    shown = release(exact)
    shown = shown[shown["value"].notna()]
    assert len(shown) == 0 or agreeing(shown) >= 5


@pytest.mark.slow
@LAW
@given(TABLES, st.randoms())
def test_the_order_of_the_rows_changes_nothing(kpis, random):
    shuffled = kpis.iloc[random.sample(range(len(kpis)), len(kpis))]
    one, other = (
        release(rows.assign(population=rows["kpi_id"] + "/" + rows["level"])) for rows in (kpis, shuffled)
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.slow
@LAW
@given(TABLES)
def test_rows_keys_and_columns_stay(kpis):
    released = release(kpis)
    assert released.columns.tolist() == kpis.columns.tolist()
    expected = kpis[KEY].sort_values(KEY, ignore_index=True)
    pd.testing.assert_frame_equal(released[KEY], expected, check_dtype=False)
