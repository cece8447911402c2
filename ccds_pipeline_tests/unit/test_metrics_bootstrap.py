"""BCa intervals from counts against SciPy's ``bootstrap`` on the observations themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ccds_pipeline.metrics.bootstrap import DRAWS, Sample, bca_interval, resample
from ccds_pipeline.metrics.pair_sums import relative_change, unpaired_relative_change

SKEWED = np.random.default_rng(4)
BEFORE = np.minimum(SKEWED.geometric(0.35, 60) - 1, 10).astype(float)
AFTER = np.minimum(BEFORE + SKEWED.geometric(0.45, 60), 10).astype(float)


def sample_of(*scores: np.ndarray) -> Sample:
    kinds, counts = np.unique(np.column_stack(scores), axis=0, return_counts=True)
    return Sample(np.column_stack([np.ones(len(kinds)), kinds]), counts.astype(float))


def interval_of(statistic, *samples: Sample) -> tuple[float, float]:
    return bca_interval(statistic, samples, resample(samples))


def expanded_relative_change(before, after, axis=-1):
    return (after.sum(axis=axis) - before.sum(axis=axis)) / before.sum(axis=axis)


def expanded_mean_gain(before, after, axis=-1):
    return (after - before).mean(axis=axis)


def expanded_unpaired(before, after, axis=-1):
    return after.mean(axis=axis) / before.mean(axis=axis) - 1


CASES = [
    pytest.param((sample_of(BEFORE, AFTER),), relative_change, expanded_relative_change, True, id="E1"),
    pytest.param((sample_of(BEFORE, AFTER),), mean_gain, expanded_mean_gain, True, id="mean gain"),
    pytest.param(
        (sample_of(BEFORE), sample_of(AFTER[:45])),
        unpaired_relative_change,
        expanded_unpaired,
        False,
        id="E5",
    ),
]


@pytest.mark.parametrize(("samples", "statistic", "expanded", "paired"), CASES)
def test_bca_ends_equal_scipys_on_the_same_draws(samples, statistic, expanded, paired):
    after = AFTER if paired else AFTER[:45]
    earlier = stats.bootstrap((BEFORE, after), expanded, paired=paired, n_resamples=9, method="percentile")
    draws = resample(samples)
    earlier.bootstrap_distribution = statistic(draws)
    expected = stats.bootstrap(
        (BEFORE, after), expanded, paired=paired, n_resamples=0, bootstrap_result=earlier, method="BCa"
    ).confidence_interval
    np.testing.assert_allclose(bca_interval(statistic, samples, draws), expected, rtol=1e-9)


@pytest.mark.parametrize(("samples", "statistic", "expanded", "paired"), CASES)
def test_bca_interval_agrees_with_scipys_own_draws_within_monte_carlo_error(
    samples, statistic, expanded, paired
):
    after = AFTER if paired else AFTER[:45]
    expected = stats.bootstrap(
        (BEFORE, after), expanded, paired=paired, n_resamples=10_000, method="BCa", rng=1
    ).confidence_interval
    tolerance = 0.06 * (expected.high - expected.low)  # about four standard errors of 2,000 draws
    np.testing.assert_allclose(interval_of(statistic, *samples), expected, atol=tolerance, rtol=0)


def test_resamples_keep_the_number_of_observations_and_are_the_same_every_time():
    sample = sample_of(BEFORE, AFTER)
    (first,), (second,) = resample([sample]), resample([sample])
    assert first.shape == (DRAWS, 3)
    assert (first[:, 0] == 60).all()
    assert np.array_equal(first, second)


def test_two_samples_are_drawn_independently():
    first, second = resample([sample_of(BEFORE), sample_of(BEFORE)])
    assert abs(np.corrcoef(first[:, 1], second[:, 1])[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([4.0], [6.0], id="one pair"),
        pytest.param([4.0] * 40, [6.0] * 40, id="all pairs alike"),
        pytest.param([10.0] * 13 + [20.0] * 11, [11.0] * 13 + [22.0] * 11, id="all changes alike"),
        pytest.param([0.0] * 40, [6.0] * 40, id="all started from zero"),
        pytest.param([0.0] * 40 + [1.0], [6.0] * 41, id="hardly anybody started above zero"),
    ],
)
def test_there_is_no_interval_and_no_warning_when_resamples_say_nothing(before, after):
    sample = sample_of(np.array(before), np.array(after))
    assert np.isnan(interval_of(relative_change, sample)).all()


def test_a_million_pairs_take_no_more_memory_than_their_distinct_cells():
    many = Sample(sample_of(BEFORE, AFTER).values, sample_of(BEFORE, AFTER).counts * 20_000)
    low, high = interval_of(relative_change, many)
    assert 0 < high - low < 0.01
