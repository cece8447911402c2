"""Resampled intervals from counts of distinct answers, so that memory does not grow with the answers.

Every statistic here is a function of sums over the observations, such as sums of scores before and
after. Which statistic that is belongs in the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from ccds_pipeline.statistics.intervals import CONFIDENCE, Floats

DRAWS = 2_000
SEED = 20_210_901
METHOD = f"bca {DRAWS} draws seed {SEED}"
_DRAWN_AT_ONCE = 2_000_000

Statistic = Callable[[Sequence[Floats]], Floats]
"""From one matrix of sums per sample (a row is a resample) to one value per row."""


@dataclass(frozen=True)
class Sample:
    """Independent observations, alike ones together.

    Args:
        values: One row per kind of observation, one column per quantity that is summed.
        counts: How often each kind was observed; at least once. Kinds in one fixed order make the
            draws repeatable.
    """

    values: Floats
    counts: Floats

    @property
    def sums(self) -> Floats:
        """The sum of each quantity, as a matrix of one row."""
        total: Floats = self.counts[np.newaxis, :] @ self.values
        return total


def resample(samples: Sequence[Sample]) -> list[Floats]:
    """Draw each sample anew ``DRAWS`` times, independently of the others.

    Time and memory follow the number of kinds, not that of observations.

    Returns:
        One matrix per sample: a row is a resample, a column the sum of one quantity.
    """
    random = np.random.default_rng(SEED)
    return [_drawn_sums(sample, random) for sample in samples]


def resample_singly(values: Floats) -> Floats:
    """Draw observations that are hardly ever alike, such as sessions, anew ``DRAWS`` times.

    Quicker than ``resample`` where there are about as many kinds as observations.

    Args:
        values: One row per observation, one column per quantity that is summed.

    Returns:
        A row is a resample, a column the sum of one quantity.
    """
    random, n = np.random.default_rng(SEED), len(values)
    drawn = (np.bincount(random.integers(0, n, size=n), minlength=n) for _ in range(DRAWS))
    return np.vstack([counts.astype(float) @ values for counts in drawn])


def bca_interval(
    statistic: Statistic, samples: Sequence[Sample], draws: Sequence[Floats]
) -> tuple[float, float]:
    """Return the ends of the bias-corrected and accelerated bootstrap interval.

    Efron (1987); the acceleration over several samples as in SciPy's ``bootstrap``. The jackknife
    leaves out one observation of each kind, weighted by its count.

    Args:
        statistic: What is estimated.
        samples: The observations.
        draws: What ``resample`` gave for them.

    Returns:
        Lower and upper end at ``CONFIDENCE``; NaN where the interval does not exist: the statistic is
        undefined in a draw, the same in all of them, or beyond all of them.
    """
    # Statistics that are undefined and corrections that are infinite are expected here, and end as NaN.
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = statistic([sample.sums for sample in samples])[0]
        drawn = statistic(draws)
        if not np.isfinite(drawn).all() or drawn.min() == drawn.max():
            return np.nan, np.nan
        bias = ndtri((np.mean(drawn < estimate) + np.mean(drawn <= estimate)) / 2)
        shifted = bias + ndtri([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        ranks = ndtr(bias + shifted / (1 - _acceleration(statistic, samples) * shifted))
    if not np.isfinite(ranks).all():
        return np.nan, np.nan
    low, high = np.quantile(drawn, ranks)
    return float(low), float(high)


def _drawn_sums(sample: Sample, random: np.random.Generator) -> Floats:
    n = sample.counts.sum()
    at_once = max(1, min(DRAWS, _DRAWN_AT_ONCE // len(sample.counts)))
    sizes = [min(at_once, DRAWS - done) for done in range(0, DRAWS, at_once)]
    drawn = (random.multinomial(int(n), sample.counts / n, size=size) for size in sizes)
    return np.vstack([counts.astype(float) @ sample.values for counts in drawn])


def _acceleration(statistic: Statistic, samples: Sequence[Sample]) -> float:
    cubes, squares = 0.0, 0.0
    for position, sample in enumerate(samples):
        one_less = [other.sums for other in samples]
        one_less[position] = sample.sums - sample.values
        left, n = statistic(one_less), sample.counts.sum()
        influence = (n - 1) * (np.average(left, weights=sample.counts) - left)
        cubes += float(np.sum(sample.counts * influence**3) / n**3)
        squares += float(np.sum(sample.counts * influence**2) / n**2)
    return cubes / (6 * squares**1.5) if squares > 0 else np.nan
