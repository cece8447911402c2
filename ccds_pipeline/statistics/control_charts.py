"""Which places and which months differ by more than chance: funnel plots and XmR charts.

Functions of arrays; where the numbers come from and how charts look belongs elsewhere.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrik, betainc, ndtri

from ccds_pipeline.statistics.counts import ratio
from ccds_pipeline.statistics.intervals import Floats

FUNNEL_LIMITS = {"95": 0.95, "998": 0.998}
"""Coverage of the limits of a funnel plot, by the end of their columns' names."""

MINIMUM_POINTS = 12
"""Of a series; with fewer, limits would move with every point (as in NHSRplotthedots' warning)."""

_RUN = 7
_LIMIT = 2.66
_NEAR = 2 / 3
_TWO_OF_THREE = (2, 3)
_GREATEST_RANGE = 3.267
_SIGNALS = ["is_outside", "is_shift", "is_trend", "is_near_limit"]


def share_funnel(hits: ArrayLike, n: ArrayLike) -> pd.DataFrame:
    """Return the shares of places with the limits around the overall share.

    Exact binomial limits, interpolated between counts as in Spiegelhalter (2005), Statistics in
    Medicine 24, appendix A.1.1; the upper ones as lower ones of the complement, so that a place is
    outside exactly where chance would bring it so far out to that side in less than 2.5 or 0.1 %.

    Args:
        hits: How many of ``n`` in each place.
        n: Sizes of the places.

    Returns:
        One row per place: ``value``, ``centre``, ``low_95``, ``high_95``, ``low_998``, ``high_998``, and
        ``is_outside_95``, ``is_outside_998``. A place of nobody has neither value nor limits.
    """
    counted, sizes = np.asarray(hits, dtype=float), np.asarray(n, dtype=float)
    centre = ratio(counted.sum(), sizes.sum())
    tails = {name: (1 - cover) / 2 for name, cover in FUNNEL_LIMITS.items()}
    limits = {
        name: (_lower_limit(sizes, centre, tail), 1 - _lower_limit(sizes, 1 - centre, tail))
        for name, tail in tails.items()
    }
    return _funnel(ratio(counted, sizes), centre, limits)


def mean_funnel(means: ArrayLike, n: ArrayLike, *, standard_deviation: float) -> pd.DataFrame:
    """Return the means of places with normal limits around the overall mean.

    Spiegelhalter (2005), section 3.3.

    Args:
        means: Mean of each place; NaN where nobody answered.
        n: Numbers of answers.
        standard_deviation: Of the answers of all places together.

    Returns:
        As ``share_funnel``.
    """
    values, sizes = np.asarray(means, dtype=float), np.asarray(n, dtype=float)
    centre = ratio(np.where(sizes > 0, values * sizes, 0).sum(), sizes.sum())
    error = np.sqrt(ratio(standard_deviation**2, sizes))
    reaches = {name: ndtri((1 + cover) / 2) * error for name, cover in FUNNEL_LIMITS.items()}
    limits = {name: (centre - reach, centre + reach) for name, reach in reaches.items()}
    return _funnel(np.where(sizes > 0, values, np.nan), centre, limits)


def xmr_chart(values: ArrayLike) -> pd.DataFrame:
    """Return a series in time with its XmR limits and the signals of NHS England's "Making Data Count".

    Limits are the mean and 2.66 mean moving ranges to either side, moving ranges beyond 3.267 times
    their mean left out of it. Signals: ``is_outside`` (a point beyond a limit), ``is_shift`` (part of 7
    consecutive points on one side of the mean), ``is_trend`` (part of 7 consecutive rising or falling
    points), ``is_near_limit`` (one of at least two out of three consecutive points, all on one side of
    the mean, that lie in the outer third towards a limit).

    Args:
        values: One per point in time, in order; NaN where there is none: the points beside it are then
            consecutive.

    Returns:
        One row per point: ``value``, ``mean``, ``low``, ``high`` and the four signals. With fewer than
        ``MINIMUM_POINTS`` values, mean and limits are NaN and no point has a signal.
    """
    series = np.asarray(values, dtype=float)
    is_known = ~np.isnan(series)
    points = series[is_known]
    mean, reach, signals = np.nan, np.nan, np.zeros((len(points), len(_SIGNALS)), dtype=bool)
    if len(points) >= MINIMUM_POINTS:
        mean, reach = float(points.mean()), _LIMIT * _mean_moving_range(points)
        signals = _signals(points, mean, reach)
    chart = pd.DataFrame({"value": series, "mean": mean, "low": mean - reach, "high": mean + reach})
    chart[_SIGNALS] = False
    chart.loc[is_known, _SIGNALS] = signals
    return chart


def _lower_limit(n: Floats, share: Floats, tail: float) -> Floats:
    size = np.where(n > 0, n, np.nan)
    found = np.ceil(bdtrik(tail, size, share)) if share > 0 else np.zeros_like(size)
    count = np.where(_chance_of_at_most(found - 1, size, share) >= tail, found - 1, found)
    at_most, fewer = (_chance_of_at_most(one, size, share) for one in (count, count - 1))
    return np.maximum((count - ratio(at_most - tail, at_most - fewer)) / size, 0)


def _chance_of_at_most(count: Floats, n: Floats, share: Floats) -> Floats:
    """Return the binomial distribution function; scipy.stats, which has it, is slow to import."""
    below_n = betainc(np.maximum(n - count, 1), np.maximum(count, 0) + 1, 1 - share)
    chance: Floats = np.where(count < n, below_n, 1.0) * (count >= 0)
    return chance


def _funnel(value: Floats, centre: Floats, limits: dict[str, tuple[Floats, Floats]]) -> pd.DataFrame:
    funnel = pd.DataFrame({"value": value, "centre": np.broadcast_to(centre, value.shape)})
    for name, (low, high) in limits.items():
        funnel[f"low_{name}"], funnel[f"high_{name}"] = low, high
    for name, (low, high) in limits.items():
        funnel[f"is_outside_{name}"] = (value < low) | (value > high)
    return funnel


def _mean_moving_range(points: Floats) -> float:
    ranges = np.abs(np.diff(points))
    usual = ranges[ranges <= _GREATEST_RANGE * ranges.mean()]
    return float(usual.mean())


def _signals(points: Floats, mean: float, reach: float) -> NDArray[np.bool_]:
    """Return a column for each of ``_SIGNALS``."""
    apart = points - mean
    return np.column_stack([np.abs(apart) > reach, _shifts(apart), _trends(points), _nears(apart, reach)])


def _shifts(deviations: Floats) -> NDArray[np.bool_]:
    return np.logical_or(_in_run(deviations > 0, _RUN), _in_run(deviations < 0, _RUN))


def _trends(points: Floats) -> NDArray[np.bool_]:
    """Six rises in a row make seven points."""
    steps = np.diff(points)
    is_part = _in_run(steps > 0, _RUN - 1) | _in_run(steps < 0, _RUN - 1)
    is_point: NDArray[np.bool_] = np.append(is_part, False) | np.append(False, is_part)
    return is_point


def _nears(deviations: Floats, reach: float) -> NDArray[np.bool_]:
    is_near = (np.abs(deviations) > _NEAR * reach) & (np.abs(deviations) <= reach)
    few, of = _TWO_OF_THREE
    near_n = sliding_window_view(is_near, of).sum(axis=1)
    on_one_side = np.abs(sliding_window_view(np.sign(deviations), of).sum(axis=1)) == of
    return is_near & _covered(on_one_side & (near_n >= few), of)


def _in_run(is_so: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Return which entries belong to so many consecutive ones."""
    return _covered(np.asarray(sliding_window_view(is_so, length).all(axis=1)), length)


def _covered(is_window: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Return which entries lie in one of the windows of that length, given by their first entry."""
    return np.convolve(is_window.astype(int), np.ones(length, dtype=int)) > 0
