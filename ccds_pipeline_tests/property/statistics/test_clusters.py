"""What holds of ICC and design effects, whatever was answered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_pipeline.statistics.clusters import design_effect, design_effects, intraclass_correlation
from ccds_pipeline.statistics.intervals import wilson

SESSIONS = st.lists(st.lists(st.integers(0, 10), min_size=1, max_size=8), min_size=2, max_size=12)


def icc_of(sessions: list[list[float]]) -> float:
    sums = [(len(scores), sum(scores), sum(score**2 for score in scores)) for scores in sessions]
    return intraclass_correlation(*np.array(sums, dtype=float).T)


def approximately(value: float) -> object:
    return pytest.approx(value, rel=1e-6, abs=1e-6, nan_ok=True)


@given(sessions=SESSIONS, data=st.data())
def test_the_order_of_sessions_and_of_people_says_nothing(sessions, data):
    shuffled = data.draw(st.permutations([data.draw(st.permutations(scores)) for scores in sessions]))
    assert icc_of(shuffled) == approximately(icc_of(sessions))


@given(sessions=SESSIONS, shift=st.integers(-20, 20), factor=st.sampled_from([-3, -1, 2, 10]))
def test_the_unit_and_the_zero_of_the_scale_say_nothing(sessions, shift, factor):
    changed = [[factor * score + shift for score in scores] for scores in sessions]
    assert icc_of(changed) == approximately(icc_of(sessions))


@given(sessions=SESSIONS)
def test_no_session_is_more_than_of_one_mind(sessions):
    value = icc_of(sessions)
    assert np.isnan(value) or value <= 1 + 1e-9


@given(correlation=st.floats(-0.2, 1), sizes=st.lists(st.integers(1, 30), min_size=2, max_size=20))
def test_sessions_of_one_have_no_effect_and_larger_ones_a_larger(correlation, sizes):
    alone = np.ones(len(sizes))
    assert design_effect(correlation, alone.sum(), alone.sum()) == pytest.approx(1)
    n, squares = float(sum(sizes)), float(sum(size**2 for size in sizes))
    found = float(design_effect(correlation, n, squares))
    assert (found - 1) * correlation >= -1e-12
    # As many people in sessions of equal size are never in larger ones.
    equal = float(design_effect(correlation, n, n**2 / len(sizes)))
    assert (found - equal) * correlation >= -1e-9


@given(
    hits=st.integers(0, 60),
    correlation=st.floats(-0.2, 1),
    sizes=st.lists(st.integers(1, 30), min_size=2, max_size=20),
)
def test_an_interval_that_allows_for_sessions_holds_the_one_that_does_not(hits, correlation, sizes):
    n, squares = 60.0, 60.0 * sum(size**2 for size in sizes) / sum(sizes)
    effects = design_effects(
        correlation, len(sizes), n=[n], size_square_total=[squares], part_sessions_n=[len(sizes)]
    )
    assert (effects.effects >= 1).all()
    (low, high), (plain_low, plain_high) = (
        wilson([hits], [n], effect=effects.effects, degrees=effects.degrees),
        wilson([hits], [n]),
    )
    assert 0 <= low[0] <= plain_low[0] + 1e-12
    assert plain_high[0] - 1e-12 <= high[0] <= 1
