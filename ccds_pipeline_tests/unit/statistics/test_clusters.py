"""ICC and design effect by session: known answers, and what they mean at their ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from ccds_pipeline.statistics.clusters import (
    design_effect,
    design_effects,
    independent,
    intraclass_correlation,
    larger,
)
from ccds_pipeline.statistics.intervals import t_interval, wilson


def sums_of(sessions: list[list[float]]) -> tuple[list[int], list[float], list[float]]:
    return (
        [len(scores) for scores in sessions],
        [sum(scores) for scores in sessions],
        [sum(score**2 for score in scores) for scores in sessions],
    )


def test_icc_is_that_of_the_one_way_table():
    """Fleiss (1986), The Design and Analysis of Clinical Experiments: mean squares by hand."""
    sessions: list[list[float]] = [
        [9, 2, 5, 8],
        [6, 1, 3, 2],
        [8, 4, 6, 8],
        [7, 1, 2, 6],
        [10, 5, 6, 9],
        [6, 2, 4, 7],
    ]
    # Shrout & Fleiss (1979), table 2 and 4: BMS 11.24, WMS 6.26, ICC(1,1) .17.
    assert intraclass_correlation(*sums_of(sessions)) == pytest.approx(
        (11.242 - 6.264) / (11.242 + 3 * 6.264), abs=1e-3
    )
    assert intraclass_correlation(*sums_of(sessions)) == pytest.approx(0.17, abs=0.005)


def test_icc_of_unequal_sessions_is_that_of_the_analysis_of_variance():
    random = np.random.default_rng(3)
    sessions: list[list[float]] = [
        random.normal(random.normal(), 2, size).tolist() for size in (3, 9, 4, 12, 1, 6)
    ]
    scores, numbers = np.concatenate(sessions), np.repeat(range(6), [len(s) for s in sessions])
    table = smf.ols("scores ~ C(numbers)", pd.DataFrame({"scores": scores, "numbers": numbers})).fit()
    between, within = table.mse_model, table.mse_resid
    size = (35 - (9 + 81 + 16 + 144 + 1 + 36) / 35) / 5
    expected = (between - within) / (between + (size - 1) * within)
    assert intraclass_correlation(*sums_of(sessions)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        pytest.param([[1.0, 1], [0, 0], [1, 1]], 1, id="sessions of one mind"),
        pytest.param([[0.0, 1], [0, 1], [1, 0]], -1, id="sessions that cannot be told apart"),
    ],
)
def test_icc_at_its_ends(sessions, expected):
    assert intraclass_correlation(*sums_of(sessions)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "sessions",
    [
        pytest.param([], id="no session"),
        pytest.param([[1.0, 2.0, 3.0]], id="one session"),
        pytest.param([[1.0], [2.0], [3.0]], id="nobody in company"),
        pytest.param([[4.0, 4.0], [4.0, 4.0, 4.0]], id="all alike"),
    ],
)
def test_icc_is_not_known(sessions):
    assert np.isnan(intraclass_correlation(*sums_of(sessions)))


def test_design_effect_is_that_of_kish():
    assert design_effect(0.05, [40, 40, 0], [40 * 20, 40, 0])[:2].tolist() == pytest.approx([1.95, 1])
    assert np.isnan(design_effect(0.05, [0], [0])).all()


def test_effects_count_from_the_threshold_on_and_between_sessions_alone():
    """Sessions of 20, sessions of 2, and one session of 20."""
    found = design_effects(
        0.05, 30, n=[400, 40, 20, 0], size_square_total=[8000, 80, 400, 0], part_sessions_n=[20, 20, 1, 0]
    )
    assert found.effects.tolist() == pytest.approx([1.95, 1, 1, 1])
    assert found.degrees.tolist() == [29, np.inf, np.inf, np.inf]
    unknown = design_effects(np.nan, 1, n=[20], size_square_total=[400], part_sessions_n=[1])
    assert unknown.effects.tolist() == [1]


def test_a_clustered_interval_is_that_of_fewer_answers_with_students_t():
    low, high = wilson([80.0], [100.0], effect=[2.0], degrees=[9.0])
    z = stats.t.ppf(0.975, 9)
    centre, reach = 0.8 + z**2 / 100, z * np.sqrt(0.8 * 0.2 / 50 + z**2 / 10_000)
    assert [low[0], high[0]] == pytest.approx(
        [(centre - reach) / (1 + z**2 / 50), (centre + reach) / (1 + z**2 / 50)]
    )
    low, high = t_interval([5.0], [2.0], [100.0], effect=[2.0], degrees=[9.0])
    assert [low[0], high[0]] == pytest.approx([5 - z * 2 * np.sqrt(0.02), 5 + z * 2 * np.sqrt(0.02)])


def test_stretched_intervals_keep_their_lean():
    effects = design_effects(0.05, 30, n=[400, 20], size_square_total=[8000, 400], part_sessions_n=[20, 1])
    low, high = effects.stretched(np.array([0.2, 0.2]), (np.array([0.1, 0.1]), np.array([0.4, 0.4])))
    factor = np.sqrt(1.95) * stats.t.ppf(0.975, 29) / stats.norm.ppf(0.975)
    assert low.tolist() == pytest.approx([0.2 - 0.1 * factor, 0.1])
    assert high.tolist() == pytest.approx([0.2 + 0.2 * factor, 0.4])


def test_the_larger_of_two_design_effects_stands():
    effects = design_effects(0.05, 30, n=[400, 20], size_square_total=[8000, 400], part_sessions_n=[20, 1])
    found = larger(independent(2), effects)
    assert (found.effects.tolist(), found.degrees.tolist()) == (
        effects.effects.tolist(),
        effects.degrees.tolist(),
    )
