"""Wilcoxon's signed rank test and the Hodges–Lehmann estimate, from counts of differences.

Differences of 0 are left out of the test, as Wilcoxon did, and belong to the estimate. Everything is
for many parts of a breakdown at once; counts of a million cost what counts of a hundred cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri

from ccds_pipeline.statistics.counts import CellCounts, median, nth_score, ratio
from ccds_pipeline.statistics.intervals import CONFIDENCE, Floats

EXACT_UP_TO = 50
"""As in SciPy's ``wilcoxon``: the null distribution is enumerated up to so many observations."""

_TAIL = (1 - CONFIDENCE) / 2


def wilcoxon_p(differences: CellCounts) -> Floats:
    """Return the two-sided p-values of Wilcoxon's signed rank test.

    Up to ``EXACT_UP_TO`` differences other than 0 the distribution over all signs is enumerated, given
    the ties that there are; above, the normal approximation corrects for ties, without continuity
    correction.

    Args:
        differences: How often each difference was observed in each part.

    Returns:
        One p-value per part; NaN where there is no difference other than 0.
    """
    positive, tied = _sign_counts(differences)
    n = tied.sum(axis=1)
    # Twice the midrank, since that is whole.
    ranks = 2 * tied.cumsum(axis=1) - tied + 1
    observed = (positive * ranks).sum(axis=1)
    values = _normal_p(observed / 2, n, (tied**3 - tied).sum(axis=1))
    for part in np.flatnonzero((n > 0) & (n <= EXACT_UP_TO)):
        signed = np.repeat(ranks[part], tied[part].astype(int)).astype(int)
        values[part] = _exact_p(signed.tolist(), int(observed[part]))
    return values


def hodges_lehmann(differences: CellCounts) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return the medians of the Walsh averages and the ends of their distribution-free intervals.

    Hollander & Wolfe (1999), section 3.2 and 3.3: the interval holds the shifts that the signed rank
    test does not reject. Its ends are Walsh averages, found by rank from the distribution without ties
    (enumerated up to ``EXACT_UP_TO`` differences, normal above), so that ties make it wider, never
    narrower. On whole scores the ends are whole or half, and of many differences may be the same one.

    Args:
        differences: How often each difference was observed in each part.

    Returns:
        Estimates, NaN without differences; lower and upper ends, NaN where all differences are alike or
        there are too few (five or less) for any interval at ``CONFIDENCE``.
    """
    averages = _walsh_averages(differences)
    rank = _interval_rank(differences.n)
    is_spread = (differences.counts > 0).sum(axis=1) > 1
    position = np.where(is_spread, rank, np.nan)
    # Comparisons with NaN are false: the first score would be found.
    low, high = (
        np.where(np.isnan(position), np.nan, nth_score(averages, at))
        for at in (position, averages.n + 1 - position)
    )
    return median(averages), (low, high)


def _sign_counts(differences: CellCounts) -> tuple[Floats, Floats]:
    """Return how many differences of each size are positive, and how many there are; sizes ascend."""
    values = differences.cells[:, 0]
    tied = differences.of(np.abs(values))
    positive = CellCounts(differences.cells, differences.counts * (values > 0)).of(np.abs(values))
    is_change = tied.cells[:, 0] > 0
    return positive.counts[:, is_change], tied.counts[:, is_change]


def _normal_p(rank_sum: Floats, n: Floats, ties: Floats) -> Floats:
    variance = (n * (n + 1) * (2 * n + 1) - ties / 2) / 24
    values: Floats = 2 * ndtr(-np.abs(ratio(rank_sum - n * (n + 1) / 4, np.sqrt(variance))))
    return values


def _exact_p(ranks: Sequence[int], observed: int) -> float:
    chances = _rank_sum_chances(ranks)
    tails = chances[: observed + 1].sum(), chances[observed:].sum()
    return float(min(1.0, 2 * min(tails)))


def _rank_sum_chances(ranks: Sequence[int]) -> Floats:
    """Return the chance of each sum of ranks, from 0, when each rank counts or not with equal chance."""
    chances = np.zeros(sum(ranks) + 1)
    chances[0] = 1
    for rank in ranks:
        chances[rank:] += chances[: len(chances) - rank].copy()
    return chances * 0.5 ** len(ranks)


def _walsh_averages(differences: CellCounts) -> CellCounts:
    """Count the averages of two differences, each with itself included."""
    values, counts = differences.cells[:, 0], differences.counts
    sums, position = np.unique(values[:, np.newaxis] + values, return_inverse=True)
    position = position.reshape(len(values), len(values))
    averages = np.zeros((len(counts), len(sums)))
    for cell, given in enumerate(counts.T):
        averages[:, position[cell, cell]] += given * (given + 1) / 2
        averages[:, position[cell, cell + 1 :]] += given[:, np.newaxis] * counts[:, cell + 1 :]
    return CellCounts(cells=sums[:, np.newaxis] / 2, counts=averages)


def _interval_rank(n: Floats) -> Floats:
    """Return which Walsh average is the lower end, counted from the least; NaN where none is."""
    centre, spread = n * (n + 1) / 4, np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    ranks: Floats = np.floor(centre + ndtri(_TAIL) * spread)
    for size in np.unique(n[n <= EXACT_UP_TO]):
        ranks[n == size] = _exact_rank(int(size))
    return ranks


@lru_cache(maxsize=EXACT_UP_TO + 1)
def _exact_rank(n: int) -> float:
    reached = _rank_sum_chances(range(1, n + 1)).cumsum()
    rank = int((reached < _TAIL).sum())
    return rank or np.nan
