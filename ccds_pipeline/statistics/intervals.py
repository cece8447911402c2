"""Interval formulas that need counts and moments only, for many parts of a breakdown at once.

Resampled intervals belong in ``statistics.bootstrap``; what is measured belongs in the rules.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

CONFIDENCE = 0.95

Floats = NDArray[np.float64]


def wilson(
    successes: ArrayLike, n: ArrayLike, *, effect: ArrayLike = 1.0, degrees: ArrayLike = np.inf
) -> tuple[Floats, Floats]:
    """Return the ends of the Wilson score interval of proportions.

    Wilson (1927), without continuity correction, at ``CONFIDENCE``; inside 0 to 1 by construction. With a
    design effect, of so many times fewer answers and with Student's t in the place of the normal
    distribution (as Korn & Graubard 1998 do for exact intervals).

    Args:
        successes: How many of ``n``, from 0 to ``n``; NaN where unknown.
        n: Sizes of the groups; NaN where unknown.
        effect: Design effects, at least 1.
        degrees: Degrees of freedom of the design effects.

    Returns:
        Lower and upper ends; NaN where ``n`` is 0 or either number is unknown.

    Raises:
        ValueError: If ``successes`` is outside of 0 to ``n`` somewhere.
    """
    hits, sizes = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(n, dtype=float))
    if np.any((hits < 0) | (hits > sizes)):
        raise ValueError("successes must be between 0 and n")
    share = hits / np.where(sizes > 0, sizes, np.nan)
    size = np.where(sizes > 0, sizes, np.nan) / effect
    z = stdtrit(np.asarray(degrees, dtype=float), (1 + CONFIDENCE) / 2)
    centre = share + z**2 / (2 * size)
    reach = z * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    scale = 1 + z**2 / size
    # Rounding would leave a hair's breadth between the interval and the end that it touches.
    low = np.where(hits == 0, size * 0, (centre - reach) / scale)
    high = np.where(hits == sizes, size / size, (centre + reach) / scale)
    return low, high


def t_interval(
    mean: ArrayLike,
    standard_deviation: ArrayLike,
    n: ArrayLike,
    *,
    effect: ArrayLike = 1.0,
    degrees: ArrayLike = np.inf,
) -> tuple[Floats, Floats]:
    """Return the ends of Student's t interval of means.

    Args:
        mean: Means.
        standard_deviation: Sample standard deviations (divisor ``n - 1``), in the unit of the mean.
        n: Numbers of observations.
        effect: Design effects, at least 1.
        degrees: Degrees of freedom of the design effects.

    Returns:
        Lower and upper ends at ``CONFIDENCE``; NaN where there are fewer than two observations or all
        are alike, since a width of zero would claim a certainty that the data cannot give.
    """
    means, spreads, sizes = np.broadcast_arrays(
        np.asarray(mean, dtype=float), np.asarray(standard_deviation, dtype=float), np.asarray(n, dtype=float)
    )
    is_defined = (sizes > 1) & (spreads > 0)
    size = np.where(is_defined, sizes, np.nan)
    fewest = np.minimum(size - 1, degrees)
    reach = stdtrit(fewest, (1 + CONFIDENCE) / 2) * spreads * np.sqrt(effect / size)
    return means - reach, means + reach
