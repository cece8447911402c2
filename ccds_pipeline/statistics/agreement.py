"""Agreement of two readers who sort the same things into the same categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri
from sklearn.metrics import cohen_kappa_score

from ccds_pipeline.statistics.intervals import CONFIDENCE, Floats


@dataclass(frozen=True)
class Agreement:
    """How far two readers agree.

    Args:
        n: Number of things that both sorted.
        observed: Share on which they agree; NaN without things.
        kappa: Agreement beyond chance, 1 at most; NaN where chance alone would agree on everything.
        standard_error: Of kappa; NaN with it.
        ci_low: Lower end of kappa's interval at ``CONFIDENCE``; NaN with it, and where the standard error
            is 0, since a width of zero would claim a certainty that the data cannot give.
        ci_high: Upper end.
    """

    n: int
    observed: float
    kappa: float
    standard_error: float
    ci_low: float
    ci_high: float


def cohens_kappa(confusion: ArrayLike) -> Agreement:
    """Return Cohen's kappa, unweighted, with its large-sample interval.

    Cohen (1960); standard error by Fleiss, Cohen & Everitt (1969), formula 13. The interval is cut at
    1, which kappa cannot pass.

    Args:
        confusion: Square table of counts: a row per category of the first reader, a column per category
            of the second, in the same order.

    Raises:
        ValueError: If the table is not square, or a count is negative or missing.
    """
    counts = np.asarray(confusion, dtype=float)
    if counts.shape != (len(counts), len(counts)):
        raise ValueError("a confusion matrix has as many rows as columns")
    if not (counts >= 0).all():
        raise ValueError("counts must be known and must not be negative")
    n = counts.sum()
    if n == 0:
        return Agreement(0, *[np.nan] * 5)
    shares = counts / n
    observed, expected = float(np.trace(counts) / n), float(shares.sum(axis=1) @ shares.sum(axis=0))
    if np.count_nonzero(counts) == 1 and observed > 0:
        return Agreement(int(n), observed, *[np.nan] * 4)
    first, second = np.indices(counts.shape).reshape(2, -1)
    kappa = float(cohen_kappa_score(first, second, sample_weight=counts.ravel()))
    error = float(_standard_error(shares, kappa, expected) / np.sqrt(n))
    reach = float(ndtri((1 + CONFIDENCE) / 2)) * error if error > 0 else np.nan
    return Agreement(int(n), observed, kappa, error, kappa - reach, float(np.minimum(1, kappa + reach)))


def _standard_error(shares: Floats, kappa: float, expected: float) -> float:
    """Return the standard error of kappa times the root of n."""
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    crossed = second[:, np.newaxis] + first
    agreed = np.diag(shares) * (1 - np.diag(crossed) * (1 - kappa)) ** 2
    apart = (shares - np.diag(np.diag(shares))) * crossed**2 * (1 - kappa) ** 2
    variance = agreed.sum() + apart.sum() - (kappa - expected * (1 - kappa)) ** 2
    # Rounding leaves a hair's breadth to either side of 0 where the readers agree on everything.
    return 0.0 if np.isclose(variance, 0) else float(np.sqrt(variance) / (1 - expected))
