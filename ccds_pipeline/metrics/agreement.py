"""Agreement of two coders beyond chance.

Which comments they coded belongs in ``comments.agreement``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ccds_pipeline.metrics.intervals import CONFIDENCE, Floats


@dataclass(frozen=True)
class Agreement:
    """Cohen's kappa with its interval; NaN where it is not defined. ``observed`` is the share agreed on."""

    kappa: float
    ci_low: float
    ci_high: float
    observed: float
    n: float


def cohens_kappa(table: Floats) -> Agreement:
    """Return Cohen's kappa of two coders (Cohen 1960).

    The interval uses the large-sample standard error of Fleiss, Cohen and Everitt (1969).

    Args:
        table: Square counts: how often the first coder gave category i and the second category j.

    Returns:
        Kappa and ends of its interval at ``CONFIDENCE``, cut at -1 and 1; NaN where there is no
        observation or both coders always gave the same one category.
    """
    n = float(table.sum())
    shares = table / n if n else table
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(rows @ columns)
    if n == 0 or expected == 1:
        return Agreement(np.nan, np.nan, np.nan, observed if n else np.nan, n)
    kappa = (observed - expected) / (1 - expected)
    off = shares * (columns[:, np.newaxis] + rows[np.newaxis, :]) ** 2
    diagonal = np.diag(shares) * (1 - (rows + columns) * (1 - kappa)) ** 2
    spread = diagonal.sum() + (1 - kappa) ** 2 * (off.sum() - np.trace(off))
    spread -= (kappa - expected * (1 - kappa)) ** 2
    reach = float(ndtri((1 + CONFIDENCE) / 2)) * np.sqrt(max(spread, 0.0) / n) / (1 - expected)
    return Agreement(kappa, max(kappa - reach, -1.0), min(kappa + reach, 1.0), observed, n)
