"""Whether a count, a share or a distribution is another than those before: by more than chance and habit.

Each question has three parts, and all have to hold: the difference is large enough to matter, too large for
chance, and beyond what was seen before. So small numbers are quiet, and so is what always varied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import median
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc

_HALF = 0.5
_DEVIATIONS = 4.0  # of chance: one count in some ten thousand
_CHANCE = 1e-5
_LEAST_DISTANCE = 0.15
_LEAST_OF = 30
# Of five earlier values, one may be as far out: it may have been the fault that is looked for.
_VALUES_PER_OUTLIER = 5


class Share(NamedTuple):
    """``hits`` of ``of``."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0


def is_unusual_count(before: Sequence[int], now: int) -> bool:
    """Whether a count is below half, or above twice, the median of those before.

    Chance is that of the difference of two Poisson counts.

    Args:
        before: Comparable counts, at least one.
        now: The count in question.
    """
    usual = median(before)
    is_large = now < _HALF * usual or _HALF * now > usual
    is_no_chance = abs(now - usual) > _DEVIATIONS * sqrt(now + usual)
    as_far = sum(one <= now if now < usual else one >= now for one in before)
    return is_large and is_no_chance and _is_rare(as_far, before)


def is_lower_share(before: Sequence[Share], now: Share, *, least: float) -> bool:
    """Whether a share is lower than those before together; never one of fewer than 30.

    Chance is that of two binomial shares.

    Args:
        before: Comparable shares, at least one.
        now: The share in question.
        least: Difference that matters, from 0 to 1.
    """
    usual = together(before)
    if min(usual.of, now.of) < _LEAST_OF:
        return False
    both = Share(usual.hits + now.hits, usual.of + now.of).value
    deviation = sqrt(both * (1 - both) * (1 / usual.of + 1 / now.of))
    fall = usual.value - now.value
    as_low = sum(one.value <= now.value for one in before)
    return fall >= least and fall > _DEVIATIONS * deviation and _is_rare(as_low, before)


def roughly(share: Share) -> str:
    """Write a share as a multiple of 5 %, by which nobody can tell how many they are: ``about 40 %``."""
    return f"about {5 * round(20 * share.value)} %"


def together(shares: Sequence[Share]) -> Share:
    """Return the share of all of them."""
    return Share(sum(one.hits for one in shares), sum(one.of for one in shares))


def is_other_distribution(before: Sequence[Mapping[str, int]], now: Mapping[str, int]) -> bool:
    """Whether answers are spread otherwise than those before together.

    Large is a distance of 0.15: so great a part of the answers would have to be others. Chance is that of
    Pearson's test of homogeneity.

    Args:
        before: Comparable counts by answer, at least one.
        now: The counts in question.
    """
    names = sorted({name for counts in (*before, now) for name in counts})
    earlier = np.array([[counts.get(name, 0) for name in names] for counts in before], dtype=float)
    usual, counted = earlier.sum(axis=0), np.array([now.get(name, 0) for name in names], dtype=float)
    if min(usual.sum(), counted.sum()) < _LEAST_OF:
        return False
    distance = _distance(counted, usual)
    as_far = sum(_distance(one, usual - one) >= distance for one in earlier)
    is_large = distance >= _LEAST_DISTANCE and _is_rare(as_far, before)
    return is_large and _chance_of(counted, usual) < _CHANCE


def _is_rare(as_far: int, before: Sequence[object]) -> bool:
    return as_far <= len(before) // _VALUES_PER_OUTLIER


def _distance(counts: np.ndarray, others: np.ndarray) -> float:
    """Return the total variation distance; 0 where one of them is of nothing."""
    if not counts.sum() or not others.sum():
        return 0.0
    return float(np.abs(counts / counts.sum() - others / others.sum()).sum() / 2)


def _chance_of(counts: np.ndarray, others: np.ndarray) -> float:
    table = np.vstack([counts, others])
    table = table[:, table.sum(axis=0) > 0]
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = ((table - expected) ** 2 / expected).sum()
    return float(chdtrc(max(table.shape[1] - 1, 1), statistic))
