"""Signed rank test and Hodges–Lehmann estimate against SciPy, enumeration and a published example."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import stats

from ccds_pipeline.statistics.counts import CellCounts
from ccds_pipeline.statistics.signed_rank import hodges_lehmann, wilcoxon_p

NORMAL: Any = "asymptotic"  # the stubs know its former name only

# Hollander & Wolfe (1999), table 3.1: Hamilton depression scale factor IV of nine patients at the first
# and second visit after the start of a tranquilliser.
FIRST_VISIT = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
SECOND_VISIT = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
DEPRESSION = np.round(np.array(SECOND_VISIT) - np.array(FIRST_VISIT), 3)


def counted(*parts: object) -> CellCounts:
    observed = [np.asarray(part, dtype=float) for part in parts]
    cells = np.unique(np.concatenate(observed))
    counts = np.array([[np.sum(part == cell) for cell in cells] for part in observed], dtype=float)
    return CellCounts(cells[:, np.newaxis], counts.reshape(len(observed), len(cells)))


def expanded_walsh(differences: np.ndarray) -> np.ndarray:
    i, j = np.triu_indices(len(differences))
    return np.sort((differences[i] + differences[j]) / 2)


def test_the_published_example_is_met():
    """R's help of wilcox.test and Hollander & Wolfe: p 0.0391 two-sided, shift -0.46, -0.786 to -0.010."""
    differences = counted(DEPRESSION)
    estimate, (low, high) = hodges_lehmann(differences)
    assert wilcoxon_p(differences)[0] == pytest.approx(0.0390625, abs=1e-12)
    assert estimate[0] == pytest.approx(-0.46)
    assert (low[0], high[0]) == pytest.approx((-0.786, -0.010))


@pytest.mark.parametrize("n", [7, 20, 50])
def test_p_without_ties_is_scipys_exact_one(n):
    differences = np.random.default_rng(n).normal(0.3, 1, n)
    expected = stats.wilcoxon(differences, method="exact").pvalue
    assert wilcoxon_p(counted(differences))[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_p_with_ties_and_zeros_is_that_of_all_signs(seed):
    differences = np.random.default_rng(seed).integers(-3, 6, 11)
    expected = stats.wilcoxon(differences, zero_method="wilcox", method="auto").pvalue
    assert wilcoxon_p(counted(differences))[0] == pytest.approx(expected, rel=1e-9)


def test_p_of_a_handful_is_counted_by_hand():
    """Of the 16 signs of ranks 1.5, 1.5, 3, 4, only ++++ and its mirror are as extreme as all positive."""
    assert wilcoxon_p(counted([1, 1, 2, 5, 0, 0]))[0] == 2 / 16


@pytest.mark.parametrize("n", [60, 2_400])
def test_p_of_many_is_scipys_normal_approximation(n):
    differences = np.random.default_rng(n).integers(-4, 5, n)
    expected = stats.wilcoxon(differences, zero_method="wilcox", correction=False, method=NORMAL).pvalue
    assert wilcoxon_p(counted(differences))[0] == pytest.approx(expected, rel=1e-12)


def test_normal_and_enumerated_p_hardly_differ_where_one_gives_way_to_the_other(monkeypatch):
    differences = counted(np.random.default_rng(5).integers(-4, 6, 50))
    exact = wilcoxon_p(differences)[0]
    monkeypatch.setattr("ccds_pipeline.statistics.signed_rank.EXACT_UP_TO", 0)
    assert wilcoxon_p(differences)[0] == pytest.approx(exact, rel=0.05)


def test_there_is_no_p_when_nobody_changed_or_nobody_answered():
    assert np.isnan(wilcoxon_p(counted([0, 0, 0], []))).all()


@pytest.mark.parametrize("n", [1, 2, 7, 30, 51, 200])
def test_estimate_is_the_median_of_the_walsh_averages(n):
    differences = np.random.default_rng(n).integers(-5, 9, n).astype(float)
    estimate, _ = hodges_lehmann(counted(differences))
    assert estimate[0] == np.median(expanded_walsh(differences))


@pytest.mark.parametrize("n", [6, 12, 50, 51, 120])
def test_interval_holds_the_shifts_that_the_test_does_not_reject(n):
    """Without ties, the ends are where SciPy's test begins to reject."""
    differences = np.random.default_rng(n).normal(1, 2, n)
    _, (low, high) = hodges_lehmann(counted(differences))
    step = 1e-9
    for end, inwards in ((low[0], step), (high[0], -step)):
        inside, outside = (
            stats.wilcoxon(differences - shift, method="exact").pvalue
            for shift in (end + inwards, end - inwards)
        )
        assert inside >= 0.05 - 0.002
        assert outside < 0.05 + 0.002


def test_interval_of_many_covers_the_shift_as_often_as_it_says():
    random = np.random.default_rng(8)
    parts = [random.integers(-3, 6, 80) for _ in range(1_000)]  # symmetrical around 1
    _, (low, high) = hodges_lehmann(counted(*parts))
    assert np.mean((low <= 1) & (high >= 1)) >= 0.94


@pytest.mark.parametrize(
    "differences", [[], [2], [2] * 40, [1, 2, 3, 4, 5]], ids=["none", "one", "all alike", "five"]
)
def test_there_is_no_interval_where_the_data_cannot_give_one(differences):
    estimate, (low, high) = hodges_lehmann(counted(differences, [1, 2, 3]))
    assert np.isnan([low[0], high[0]]).all()
    assert np.isnan(estimate[0]) == (not differences)


def test_a_million_differences_take_what_a_thousand_take():
    few = counted(np.random.default_rng(3).integers(-5, 9, 1_000))
    many = CellCounts(few.cells, few.counts * 1_000)
    assert hodges_lehmann(many)[0] == hodges_lehmann(few)[0]
    assert wilcoxon_p(many)[0] < 1e-300


def test_every_split_of_signs_is_equally_likely():
    """The p-values of all 2^8 signs of fixed sizes: at most a share p of them is p or less."""
    sizes = np.array([1, 1, 2, 3, 3, 3, 5, 8])
    parts = [sizes * signs for signs in itertools.product((-1, 1), repeat=len(sizes))]
    p = wilcoxon_p(counted(*parts))
    assert all(np.mean(p <= level) <= level + 1e-12 for level in np.unique(p))
