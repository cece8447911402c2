"""Release the KPIs, attack the release, and withhold more until the attack finds no small count.

The rules of single cells belong in ``release.rounding``, the attack in ``release.attack``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.attack import Finding, Indices, OutOfTimeError, System, findings
from ccds_pipeline.release.equations import READING, Unknowns, system_of, unknowns_of
from ccds_pipeline.release.rounding import KEY, withhold
from ccds_pipeline.release.suppression import SECONDARY
from ccds_pipeline.schemas.readings import WHOLE

_log = logging.getLogger(__name__)
SECONDS = 120.0
"""How long one attempt to protect a release may take."""

_ROUNDS = 12


@dataclass(frozen=True)
class Protected:
    """A release that was checked against reconstruction.

    Args:
        released: The rows, with more of them withheld where that was needed, labelled as the cells are.
        small_n: How many small counts it rests on that are not shown.
        covers_n: How many cells the attack made withhold.
        dropped: Breakdowns that are left out as a whole, finest first.
        seconds: How long it took.
    """

    released: pd.DataFrame
    small_n: int
    covers_n: int
    dropped: tuple[str, ...]
    seconds: float


def protect(
    cells: pd.DataFrame,
    released: pd.DataFrame,
    *,
    rules: ReleaseRules,
    nesting: pd.DataFrame,
    carried_forward: pd.Series | None = None,
    seconds: float = SECONDS,
) -> Protected:
    """Withhold what an attacker's linear program needs to find a small count (PRIVACY.md P16).

    Where the programs are not solved in ``seconds``, or withholding single cells does not settle it, the
    breakdown with the most levels is left out as a whole, and the log says so: each count of it could
    then be anything up to the count around it.

    Args:
        cells: Exact rows, as ``release.exact_cells`` gives them.
        released: The same rows in the same order, as they would be shown.
        rules: Thresholds.
        nesting: Which parts lie inside which others, from ``nesting.nesting_of``.
        carried_forward: Which rows stay as an earlier release showed them; none where it is not given.
        seconds: How long one attempt may take.

    Raises:
        CheckFailedError: If even the whole without any breakdown cannot be protected.
    """
    start, shown = time.monotonic(), released
    dropped: list[str] = []
    if carried_forward is None:
        carried_forward = pd.Series(data=False, index=cells.index)
    while True:
        attempt = _Attempt(cells.loc[shown.index], shown, rules, nesting, carried_forward.loc[shown.index])
        if attempt.settle(time.monotonic() + seconds):
            covers_n = int(attempt.covers.sum())
            elapsed = time.monotonic() - start
            return Protected(attempt.shown, len(attempt.small), covers_n, tuple(dropped), elapsed)
        finest = _finest(shown)
        dropped.append(finest)
        _log.warning("Leaving out the breakdown %s: its cells could not be protected one by one", finest)
        # Rows without values would still show that somebody is there; without rows nothing is left.
        shown = shown[shown["breakdown"] != finest]


def _finest(shown: pd.DataFrame) -> str:
    """Return the breakdown with the most levels."""
    parts = shown[shown["breakdown"] != WHOLE]
    if parts.empty:
        raise CheckFailedError(
            "the release cannot be protected, not even without any breakdown",
            rule="no_small_count_is_found",
            remedy="Raise the thresholds of the programme's release rules, or release fewer KPIs.",
        )
    return str(parts.groupby("breakdown")["level"].nunique().idxmax())


@dataclass
class _Attempt:
    """One release that is attacked and coarsened cell by cell; ``covers`` marks what that withheld."""

    cells: pd.DataFrame
    shown: pd.DataFrame
    rules: ReleaseRules
    nesting: pd.DataFrame
    carried_forward: pd.Series

    def __post_init__(self) -> None:
        self.covers = pd.Series(data=False, index=self.shown.index)
        self._read()
        self.small = self._unknowns.small(self.rules.suppress_up_to)

    def settle(self, until: float) -> bool:
        """Withhold until nothing is found; return whether that was reached in time.

        What an attacker cannot find stays hidden when more is withheld: only what was found has to be looked
        at again.
        """
        suspects = self.small
        for _ in range(_ROUNDS):
            try:
                # control: releases are attacked by linear programs
                found = findings(self._system, suspects, until=until)
            except OutOfTimeError:
                return False
            if not found:
                return True
            if not self._cover(found):
                return False
            suspects = np.array([finding.unknown for finding in found])
        return False

    def _read(self) -> None:
        self._unknowns = unknowns_of(self.cells, self.shown, self.rules, carried_forward=self.carried_forward)
        self._system = system_of(self._unknowns, self.nesting)

    def _cover(self, found: Iterable[Finding]) -> bool:
        """Withhold, for each finding, the smallest shown count that is in a sum with it."""
        neighbours = _Neighbours(self._unknowns, self._system)
        nearest = {neighbours.smallest_shown(finding.unknown) for finding in found}
        chosen = sorted(unknown for unknown in nearest if unknown is not None)
        rows = self._rows_of(np.array(chosen, dtype=np.intp))
        self.covers |= rows
        self.shown = withhold(self.shown, self.shown["suppression_reason"].mask(rows, SECONDARY))
        self._read()
        return bool(rows.any())

    def _rows_of(self, unknowns: Indices) -> pd.Series:
        """Return the rows that show one of these counts in any of their columns."""
        quantity, part = np.divmod(unknowns, len(self._unknowns.parts))
        quantities = self._unknowns.quantity
        keys = {
            (*reading[: len(READING)], *self._unknowns.parts[position])
            for number, position in zip(quantity, part, strict=True)
            for reading in quantities.index[quantities == number]
        }
        is_among = pd.MultiIndex.from_frame(self.shown[KEY]).isin(keys)
        return ~self.shown["suppressed"] & is_among


class _Neighbours:
    """The counts that are in a sum with a count."""

    def __init__(self, unknowns: Unknowns, system: System) -> None:
        self._exact = system.exact
        is_shown = np.isfinite(system.high) & (system.high > 0)
        whole = unknowns.parts.get_level_values("breakdown") == WHOLE
        # A total is the last to go.
        self._cost = np.where(is_shown, self._exact + np.tile(whole, len(unknowns.exact)) * 1e9, np.inf)
        pattern = csr_array(abs(system.relations))
        self._columns, self._rows = csr_array(pattern.T), pattern

    def smallest_shown(self, unknown: int) -> int | None:
        """Return the smallest shown count within two sums of this one; missing if there is none."""
        reached = np.array([unknown])
        for _ in range(2):
            reached = np.unique(self._rows[np.unique(self._columns[reached].indices)].indices)
            costs = self._cost[reached]
            if np.isfinite(costs).any():
                return int(reached[np.argmin(costs)])
        return None
