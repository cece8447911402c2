"""Statistics of pairs of scores as functions of sums, for parts of a breakdown and resamples alike.

Everything takes one matrix of sums per sample: a row is a part or a resample, the columns of pairs are
those of ``pair_values``. Which of them make a KPI belongs in ``change``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ccds_pipeline.statistics.counts import ratio, standard_deviation
from ccds_pipeline.statistics.intervals import Floats

# Columns of sums. The first three are also what is summed by session.
N, _BEFORE, _AFTER = 0, 1, 2
_GAIN_SQUARE, _RELATIVE, POSITIVE, _CONFIDENT_BEFORE, _CONFIDENT_AFTER = 3, 4, 5, 6, 7


def pair_values(cells: Floats, *, confident: int) -> Floats:
    """Return what each pair adds to the sums.

    Args:
        cells: One row per pair of scores: before, after.
        confident: Score from which an answer is confident.

    Returns:
        One row per pair, one column per quantity: 1, both scores, the square of their difference, the
        relative change (0 without one), whether there is one, and whether either score is confident.
    """
    before, after = cells[:, 0], cells[:, 1]
    is_positive = before > 0
    relative = ratio(after - before, np.where(is_positive, before, 1))
    columns = (
        np.ones(len(cells)),
        before,
        after,
        (after - before) ** 2,
        np.where(is_positive, relative, 0),
        is_positive,
        before >= confident,
        after >= confident,
    )
    return np.column_stack(columns).astype(float)


def gain(sums: Floats) -> Floats:
    """Return the sum of the differences."""
    return sums[:, _AFTER] - sums[:, _BEFORE]


def confident_gain(sums: Floats) -> Floats:
    """Return how many more pairs are confident after than before."""
    return sums[:, _CONFIDENT_AFTER] - sums[:, _CONFIDENT_BEFORE]


def relative_gain(sums: Floats) -> Floats:
    """Return the sum of the relative changes of those who began above 0."""
    relative: Floats = sums[:, _RELATIVE]
    return relative


def relative_change(samples: Sequence[Floats]) -> Floats:
    """Return E1, the relative change of the means; NaN where the mean before is 0."""
    (pairs,) = samples
    return ratio(gain(pairs), pairs[:, _BEFORE])


def mean_relative_change(samples: Sequence[Floats]) -> Floats:
    """Return E2, the mean relative change of those who began above 0."""
    (pairs,) = samples
    return ratio(relative_gain(pairs), pairs[:, POSITIVE])


def share_of_range(samples: Sequence[Floats], *, span: int) -> Floats:
    """Return E3, the mean difference as a share of ``span``, the scale's range."""
    (pairs,) = samples
    return ratio(gain(pairs), pairs[:, N]) / span


def confident_change(samples: Sequence[Floats]) -> Floats:
    """Return E4, the change of the share that is confident."""
    (pairs,) = samples
    return ratio(confident_gain(pairs), pairs[:, N])


def standardised_gain(samples: Sequence[Floats]) -> Floats:
    """Return d_z, the mean difference over the standard deviation of the differences (Cohen 1988).

    NaN for one pair and where all differences are alike.
    """
    (pairs,) = samples
    n, total = pairs[:, N], gain(pairs)
    return ratio(ratio(total, n), standard_deviation(n, total, pairs[:, _GAIN_SQUARE]))


def unpaired_relative_change(samples: Sequence[Floats]) -> Floats:
    """Return E5 from the sums of both waves: columns number of answers and scores."""
    before, after = (ratio(wave[:, 1], wave[:, 0]) for wave in samples)
    return ratio(after - before, before)
