"""Which measures of a change pin down how many pairs they are of; nothing is withheld here.

Scores are whole numbers, so a mean, a difference and a relative change of the same pairs agree with few
numbers of pairs where their roundings happen to meet in a corner. The steps of each measure by itself belong
in ``schemas.readings``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.schemas.readings import released_step

_ENOUGH = 5
_KNOWN_FROM = 200
"""Of as many pairs, their number is no secret: so few of them can't be told from it."""
_MEANS = ("mean_before", "mean_after")
_GIVEN_UP = ("E1", "E3", "difference")
_PART = ["kpi_id", "wave", "breakdown", "level"]

Floats = NDArray[np.float64]


def pinning(cells: pd.DataFrame, shown: pd.DataFrame) -> pd.Series:
    """Return which readings have to go so that at least five numbers of pairs agree with all that is shown.

    Args:
        cells: Exact rows, which tell the range of the scale.
        shown: The same rows as they would be shown.
    """
    is_change = shown["estimand"].isin([*_MEANS, *_GIVEN_UP]) & shown["value"].notna()
    rows = shown[is_change & (shown["denominator"] < _KNOWN_FROM)]
    rows = rows.assign(step=released_step(rows["unit"], rows["denominator"]), exact=cells["value"])
    pins = pd.Series(data=False, index=cells.index)
    for _, part in rows.groupby(_PART):
        if part["estimand"].isin(_MEANS).sum() == len(_MEANS):
            given_up = _given_up(part.set_index("estimand"))
            pins[part.index[part["estimand"].isin(given_up)]] = True
    return pins


def _given_up(part: pd.DataFrame) -> set[str]:
    """Return the readings of one part to leave out, the relative change first."""
    left = [name for name in _GIVEN_UP if name in part.index]
    pairs_n = int(part["denominator"].iloc[0])
    counts = range(max(pairs_n - REACH, 1), pairs_n + REACH + 1)
    given_up: set[str] = set()
    # control: a change does not pin down its pairs
    while left and sum(_agrees(part, left, count) for count in counts) < _ENOUGH:
        given_up.add(left.pop(0))
    return given_up


def _agrees(part: pd.DataFrame, readings: list[str], count: int) -> bool:
    """Return whether some whole sums of scores of ``count`` pairs are shown as these readings are."""
    value, half = part["value"].astype("float64"), part["step"] / 2 + 1e-9
    before, after = (_sums(value[name], half[name], count) for name in _MEANS)
    mean_before, mean_after = before[:, np.newaxis] / count, after[np.newaxis] / count
    gain = mean_after - mean_before
    of_gain: dict[str, float | Floats] = {"difference": 1.0, "E3": _range(part), "E1": mean_before}
    agree = np.ones(gain.shape, dtype=bool)
    for name in readings:
        with np.errstate(divide="ignore", invalid="ignore"):
            agree &= np.abs(gain / of_gain[name] - value[name]) <= half[name]
    return bool(agree.any())


def _sums(mean: float, half: float, count: int) -> Floats:
    """Return the whole sums of ``count`` scores whose mean is shown as this."""
    return np.arange(np.ceil((mean - half) * count), np.floor((mean + half) * count) + 1)


def _range(part: pd.DataFrame) -> float:
    """Return the range of the scale: how many times E3 the difference is."""
    exact = part["exact"].astype("float64").to_dict()
    return exact["difference"] / exact["E3"] if exact.get("E3") and "difference" in exact else np.inf
