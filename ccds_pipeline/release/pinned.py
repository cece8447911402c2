"""Which measures of a change pin down how many pairs they are of; nothing is withheld here.

Scores are whole numbers, so a mean, a difference and a relative change of the same pairs agree with few
numbers of pairs where their roundings happen to meet in a corner. The steps of each measure by itself belong
in ``schemas.readings``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import islice

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
_SHOWN = ["estimand", "value", "denominator", "unit"]

Floats = NDArray[np.float64]


def pinning(cells: pd.DataFrame, shown: pd.DataFrame) -> pd.Series:
    """Return which readings have to go so that at least five numbers of pairs agree with all that is shown.

    Args:
        cells: Exact rows, which tell the range of the scale.
        shown: The same rows as they would be shown.
    """
    is_change = shown["estimand"].isin([*_MEANS, *_GIVEN_UP]) & shown["value"].notna()
    rows = shown.loc[is_change & (shown["denominator"] < _KNOWN_FROM), [*_PART, *_SHOWN]]
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
    shown = _Shown.of(part)
    pairs_n = int(part["denominator"].iloc[0])
    counts = range(max(pairs_n - REACH, 1), pairs_n + REACH + 1)
    given_up: set[str] = set()
    # control: a change does not pin down its pairs
    while left and sum(islice((True for count in counts if shown.agrees(left, count)), _ENOUGH)) < _ENOUGH:
        given_up.add(left.pop(0))
    return given_up


@dataclass(frozen=True)
class _Shown:
    """What is shown of the change of one part: by reading, the value and half its step; the scale's range."""

    value: Mapping[Hashable, float]
    half: Mapping[Hashable, float]
    scale: float

    @classmethod
    def of(cls, part: pd.DataFrame) -> _Shown:
        """Take it from the rows of a part, by estimand."""
        exact = part["exact"].astype("float64").to_dict()
        has_range = exact.get("E3") and "difference" in exact
        return cls(
            part["value"].astype("float64").to_dict(),
            (part["step"] / 2 + 1e-9).to_dict(),
            # E3 is the difference in ranges of the scale.
            exact["difference"] / exact["E3"] if has_range else np.inf,
        )

    def agrees(self, readings: list[str], count: int) -> bool:
        """Return whether some whole sums of scores of ``count`` pairs are shown as these readings are."""
        before, after = (self._sums(name, count) for name in _MEANS)
        mean_before, mean_after = before[:, np.newaxis] / count, after[np.newaxis] / count
        gain = mean_after - mean_before
        of_gain: dict[str, float | Floats] = {"difference": 1.0, "E3": self.scale, "E1": mean_before}
        agree = np.ones(gain.shape, dtype=bool)
        for name in readings:
            with np.errstate(divide="ignore", invalid="ignore"):
                agree &= np.abs(gain / of_gain[name] - self.value[name]) <= self.half[name]
        return bool(agree.any())

    def _sums(self, name: str, count: int) -> Floats:
        """Return the whole sums of ``count`` scores whose mean is shown as it is."""
        value, half = self.value[name], self.half[name]
        return np.arange(np.ceil((value - half) * count), np.floor((value + half) * count) + 1)
