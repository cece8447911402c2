"""Interval formulas against statsmodels, SciPy and published examples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from ccds_pipeline.statistics.intervals import t_interval, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(successes, n, low, high):
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3."""
    ends = wilson(successes, n)
    assert np.round(ends, 4).tolist() == [low, high]


def test_wilson_gives_the_interval_of_the_kpis_page():
    low, high = wilson(1900, 2000)
    assert (round(float(low), 3), round(float(high), 3)) == (0.94, 0.959)


@pytest.mark.parametrize("n", [1, 2, 7, 11, 30, 2000, 1_000_000])
def test_wilson_agrees_with_statsmodels_over_the_whole_range(n):
    successes = np.unique(np.linspace(0, n, 25).round())
    expected = proportion_confint(successes, n, method="wilson")
    np.testing.assert_allclose(wilson(successes, n), expected, rtol=1e-12, atol=1e-12)


def test_wilson_touches_the_ends_exactly_when_all_or_none_succeed():
    low, high = wilson([0, 7], [7, 7])
    assert low[0] == 0.0
    assert high[1] == 1.0


def test_wilson_has_no_interval_when_nobody_answered_or_a_count_is_unknown():
    low, high = wilson([0, np.nan, 3], [0, 5, np.nan])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@pytest.mark.parametrize("successes", [-1, 6])
def test_wilson_refuses_successes_that_are_no_part_of_n(successes):
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson([successes, 2], 5)


@pytest.mark.parametrize("n", [2, 3, 11, 2000])
def test_t_interval_agrees_with_scipy(n):
    scores = np.random.default_rng(n).integers(0, 11, n).astype(float)
    low, high = t_interval(scores.mean(), scores.std(ddof=1), n)
    expected = stats.t.interval(0.95, n - 1, loc=scores.mean(), scale=stats.sem(scores))
    np.testing.assert_allclose([low, high], expected, rtol=1e-12)


def test_t_interval_does_not_exist_when_there_is_one_answer_or_all_are_alike():
    low, high = t_interval([4.0, 4.0, np.nan], [np.nan, 0.0, np.nan], [1, 12, 0])
    assert np.isnan(low).all()
    assert np.isnan(high).all()
