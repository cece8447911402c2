"""BCa intervals from counts against SciPy's ``bootstrap`` on the observations themselves."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy import stats

from ccds_pipeline.statistics.bootstrap import DRAWS, Sample, bca_interval, resample, resample_singly
from ccds_pipeline.statistics.pair_sums import (
    confident_change,
    mean_relative_change,
    pair_values,
    relative_change,
    share_of_range,
    standardised_gain,
    unpaired_relative_change,
)

SKEWED = np.random.default_rng(4)
BEFORE = np.minimum(SKEWED.geometric(0.35, 60) - 1, 10).astype(float)
AFTER = np.minimum(BEFORE + SKEWED.geometric(0.45, 60), 10).astype(float)


def sample_of(*scores: np.ndarray) -> Sample:
    kinds, counts = np.unique(np.column_stack(scores), axis=0, return_counts=True)
    return Sample(np.column_stack([np.ones(len(kinds)), kinds]), counts.astype(float))


def sample_of_pairs(before: np.ndarray, after: np.ndarray) -> Sample:
    kinds, counts = np.unique(np.column_stack([before, after]), axis=0, return_counts=True)
    return Sample(pair_values(kinds, confident=7), counts.astype(float))


def interval_of(statistic, *samples: Sample) -> tuple[float, float]:
    return bca_interval(statistic, samples, resample(samples))


def expanded_relative_change(before, after, axis=-1):
    return (after.sum(axis=axis) - before.sum(axis=axis)) / before.sum(axis=axis)


def expanded_mean_relative_change(before, after, axis=-1):
    return np.nanmean((after - before) / np.where(before > 0, before, np.nan), axis=axis)


def expanded_share_of_range(before, after, axis=-1):
    return (after - before).mean(axis=axis) / 10


def expanded_confident_change(before, after, axis=-1):
    return (after >= 7).mean(axis=axis) - (before >= 7).mean(axis=axis)


def expanded_standardised_gain(before, after, axis=-1):
    """From sums, so that draws equal to the estimate are equal to the last bit too."""
    gains, n = after - before, before.shape[axis]
    total, squares = gains.sum(axis=axis), (gains**2).sum(axis=axis)
    return (total / n) / np.sqrt((n * squares - total**2) / (n * (n - 1)))


def expanded_unpaired(before, after, axis=-1):
    return after.mean(axis=axis) / before.mean(axis=axis) - 1


PAIRS = (sample_of_pairs(BEFORE, AFTER),)
CASES = [
    pytest.param(PAIRS, relative_change, expanded_relative_change, True, id="E1"),
    pytest.param(PAIRS, mean_relative_change, expanded_mean_relative_change, True, id="E2"),
    pytest.param(PAIRS, partial(share_of_range, span=10), expanded_share_of_range, True, id="E3"),
    pytest.param(PAIRS, confident_change, expanded_confident_change, True, id="E4"),
    pytest.param(PAIRS, standardised_gain, expanded_standardised_gain, True, id="d_z"),
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


# A step of E4 is larger than what other draws make of an interval.
@pytest.mark.parametrize(
    ("samples", "statistic", "expanded", "paired"), [case for case in CASES if case.id != "E4"]
)
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


def test_drawing_one_by_one_is_drawing_by_kind():
    """Both are 2,000 draws of the same 60 pairs: intervals within Monte Carlo error of each other."""
    pairs = np.column_stack([np.ones(60), BEFORE, AFTER])
    singly = Sample(pairs, np.ones(60))
    drawn = resample_singly(pairs)
    assert drawn.shape == (DRAWS, 3)
    assert (drawn[:, 0] == 60).all()
    low, high = interval_of(relative_change, sample_of(BEFORE, AFTER))
    ends = bca_interval(relative_change, [singly], [drawn])
    np.testing.assert_allclose(ends, [low, high], atol=0.09 * (high - low), rtol=0)


def test_sessions_whose_people_are_alike_widen_the_interval():
    before, after = np.repeat(BEFORE, 20), np.repeat(AFTER, 20)
    sums = np.column_stack([np.full(60, 20.0), 20 * BEFORE, 20 * AFTER])
    single_low, single_high = interval_of(relative_change, sample_of(before, after))
    clusters = Sample(sums, np.ones(60))
    low, high = bca_interval(relative_change, [clusters], [resample_singly(sums)])
    assert 4 < (high - low) / (single_high - single_low) < 5  # the root of 20


def test_draws_in_chunks_are_the_draws_at_once(monkeypatch):
    sample = sample_of(BEFORE, AFTER)
    (at_once,) = resample([sample])
    monkeypatch.setattr("ccds_pipeline.statistics.bootstrap._DRAWN_AT_ONCE", 7 * len(sample.counts))
    (in_chunks,) = resample([sample])
    assert np.array_equal(at_once, in_chunks)
