"""The noise of released counts: a small whole number for each count, decided by who is counted.

The method is that of cell keys (Office for National Statistics, "Protecting personal data in Census 2021
results"; Thompson, Broadfoot and Elazar 2013): the same people get the same noise wherever they are counted,
so it can't be averaged away, and a total is perturbed like any cell, so subtracting gives noise. Whose keys
make the key of a cell belongs in ``cell_keys``; what is made of perturbed counts in ``protection``.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import root

VARIANCE = 2.0
"""Of the noise of a count that is larger than ``REACH``."""
REACH = 5
"""No noise is larger than this, whatever its sign."""
LEAST_SHOWN = 3
"""No count is perturbed into a smaller one, but for 0."""

_KEYS = 2**32
_PRIME = 2_654_435_761  # Knuth, The Art of Computer Programming 3, 6.4: spreads keys that lie close together


def noise_table() -> NDArray[np.float64]:
    """Return how likely each noise is: a row per count from 0, the last for all larger ones.

    The columns are the noises from ``-REACH`` to ``REACH``. Each row has mean 0 and, as far as the count
    leaves room for it, the variance ``VARIANCE``; of all such distributions it is the one of greatest entropy
    (Giessing 2016). A count of 0 stays, and no count becomes 1 or 2.
    """
    return np.array([_row(count) for count in range(2 * REACH)])


def perturbed(counts: pd.Series, keys: pd.Series) -> pd.Series:
    """Return counts with the noise that their keys decide; a count that is missing or has no key is missing.

    Args:
        counts: Whole numbers from 0.
        keys: Key of each count, from 0 to 2^32 - 1; same index. A count of 0 needs none.
    """
    is_noisy = (counts > 0) & keys.notna()
    count = counts[is_noisy].to_numpy(dtype=np.int64)
    drawn = _spread(keys[is_noisy].to_numpy(dtype="uint64")) / _KEYS
    ladder = _cumulated()[np.minimum(count, 2 * REACH - 1)]
    noise = (drawn[:, np.newaxis] >= ladder).sum(axis=1) - REACH
    # control: counts are perturbed
    noisy = counts[is_noisy] + noise
    return counts.where(counts == 0).astype("float64").fillna(noisy)


def mixed(keys: pd.Series, what: str) -> pd.Series:
    """Return other keys for counts of the same people, named by what they count of them."""
    salted = keys.fillna(0).astype("uint64") + np.uint64(zlib.crc32(what.encode()))
    return pd.Series(_spread(salted.to_numpy()), index=keys.index, dtype="uint64").where(keys.notna())


def _spread(keys: NDArray[Any]) -> NDArray[np.uint64]:
    """Return keys in which every bit of the given ones counts."""
    spread = (keys.astype(np.uint64) * np.uint64(_PRIME)) % np.uint64(_KEYS)
    return ((spread ^ (spread >> np.uint64(15))) * np.uint64(_PRIME)) % np.uint64(_KEYS)


@cache
def _cumulated() -> NDArray[np.float64]:
    return np.cumsum(noise_table(), axis=1)[:, :-1]


def _row(count: int) -> NDArray[np.float64]:
    """Return the row of one count: p_d is proportional to exp(a d + b d^2) where d is possible."""
    noises = np.arange(-REACH, REACH + 1)
    results = count + noises
    is_possible = (results >= LEAST_SHOWN) | (results == 0) if count else noises == 0
    row = np.zeros(len(noises))
    row[is_possible] = _most_even(noises[is_possible].astype(float))
    return row


def _most_even(noises: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distribution of greatest entropy with mean 0 and a variance of ``VARIANCE`` or more."""
    if len(noises) == 1:
        return np.ones(1)
    # Two values around 0 have at least this variance if their mean is 0.
    least = -noises[noises <= 0].max() * noises[noises >= 0].min()
    variance = max(VARIANCE, 1.2 * float(least))

    def off(slopes: NDArray[np.float64]) -> tuple[float, float]:
        weights = _weights(noises, slopes)
        return float(weights @ noises), float(weights @ noises**2) - variance

    found = root(off, np.array([0.0, -0.2]), tol=1e-12)
    return _weights(noises, found.x)


def _weights(noises: NDArray[np.float64], slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = slopes[0] * noises + slopes[1] * noises**2
    weights: NDArray[np.float64] = np.exp(powers - powers.max())
    return np.asarray(weights / weights.sum())
