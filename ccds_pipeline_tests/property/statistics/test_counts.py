"""Median, spread and sums from counts equal those of the observations, however the rows are cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.statistics.counts import cell_counts, median, standard_deviation

PARTS = pd.DataFrame({"breakdown": ["all", "region", "region"], "level": ["all", "Y60", "Y61"]})
scores = st.lists(st.integers(-10, 10), min_size=1, max_size=60)


def counts_of(*observed: list[int]) -> pd.DataFrame:
    """One row per observation, so that rows of one cell have to be added up."""
    return pd.concat(
        PARTS.iloc[[place] * len(scores)].assign(score=np.array(scores, dtype=float), answers_n=1)
        for place, scores in enumerate(observed)
    )


@settings(deadline=None)
@given(first=scores, second=scores)
def test_sums_median_and_spread_equal_numpys_on_the_observations(first, second):
    given_scores = cell_counts(counts_of(first, [], second), PARTS, scores=["score"], n="answers_n")
    squares = given_scores.counts @ given_scores.cells[:, 0] ** 2
    spread = standard_deviation(given_scores.n, given_scores.total(), squares)
    for place, observed in ((0, first), (2, second)):
        assert given_scores.n[place] == len(observed)
        assert given_scores.total()[place] == sum(observed)
        assert median(given_scores)[place] == np.median(observed)
        if len(observed) > 1:
            assert spread[place] == pytest.approx(np.std(observed, ddof=1), rel=1e-12, abs=1e-12)
    assert given_scores.n[1] == 0
    assert np.isnan(median(given_scores)[1])
    assert np.isnan(spread[1])


@settings(deadline=None)
@given(score=st.integers(0, 10), n=st.integers(2, 10_000))
def test_equal_answers_have_a_spread_of_exactly_zero(score, n):
    total, squares = float(n * score), float(n * score**2)
    assert standard_deviation(np.array([float(n)]), np.array([total]), np.array([squares])) == 0


def test_parts_without_any_row_get_zeros_when_nothing_was_answered_at_all():
    nothing = cell_counts(counts_of([], [], []), PARTS, scores=["score"], n="answers_n")
    assert nothing.counts.shape == (3, 0)
    assert nothing.n.tolist() == [0, 0, 0]
    assert nothing.total().tolist() == [0, 0, 0]
    assert np.isnan(median(nothing)).all()


def test_one_answer_has_no_spread():
    assert np.isnan(standard_deviation(np.array([1.0]), np.array([4.0]), np.array([16.0]))).all()
