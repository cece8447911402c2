"""From the count tables of ``sql/kpi`` to arrays: one row per part of a breakdown.

Turning counts into values with a population belongs in ``kpi.estimates``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ccds_pipeline.statistics.intervals import Floats

PART = ["breakdown", "level"]

Aggregates = Mapping[str, pd.DataFrame]
"""The frames of the register's group ``aggregate`` by table name."""


def part_rows(frame: pd.DataFrame, **match: str) -> pd.DataFrame:
    """Return the rows whose columns equal ``match``, ordered by part."""
    for column, wanted in match.items():
        frame = frame[frame[column] == wanted]
    return frame.sort_values(PART, ignore_index=True)


@dataclass(frozen=True)
class CellCounts:
    """How often each distinct score, or combination of scores, was given in each part.

    Args:
        cells: One row per cell, in ascending order; one column per score.
        counts: One row per part, one column per cell.
    """

    cells: Floats
    counts: Floats

    @property
    def n(self) -> Floats:
        """Number of observations in each part."""
        total: Floats = self.counts.sum(axis=1)
        return total

    def total(self, score: int = 0) -> Floats:
        """Return the sum of one score over each part; exact for whole numbers."""
        total: Floats = self.counts @ self.cells[:, score]
        return total

    def of(self, scores: ArrayLike) -> CellCounts:
        """Return the counts by another score, given for each cell; cells with the same one are added up."""
        distinct, place = np.unique(np.asarray(scores, dtype=float), return_inverse=True)
        is_in = place[:, np.newaxis] == np.arange(len(distinct))
        return CellCounts(cells=distinct[:, np.newaxis], counts=self.counts @ is_in.astype(float))

    def where(self, is_wanted: ArrayLike) -> Floats:
        """Return the number of observations of each part in the cells that are wanted."""
        total: Floats = self.counts @ np.asarray(is_wanted, dtype=float)
        return total


def cell_counts(frame: pd.DataFrame, parts: pd.DataFrame, *, scores: Sequence[str], n: str) -> CellCounts:
    """Count the cells of a frame in each part.

    Args:
        frame: Rows with the columns of ``PART``, ``scores`` and ``n``; rows of one cell are added up.
        parts: The parts wanted, in order; those without a row get zeros.
        scores: Columns that make a cell.
        n: Column with the number of observations.
    """
    cells, cell = np.unique(frame[list(scores)].to_numpy(dtype=float), axis=0, return_inverse=True)
    part = pd.MultiIndex.from_frame(parts[PART]).get_indexer(pd.MultiIndex.from_frame(frame[PART]))
    counts = np.zeros((len(parts), len(cells)))
    np.add.at(counts, (part, cell.ravel()), frame[n].to_numpy(dtype=float))
    return CellCounts(cells=cells, counts=counts)


def item_scores(aggregates: Aggregates, kpi_id: str, item: str) -> tuple[pd.DataFrame, CellCounts]:
    """Return who was asked one numeric item of a KPI, by part, and how often each score was given."""
    asked = part_rows(aggregates["score_state"], kpi_id=kpi_id, item=item)
    scores = part_rows(aggregates["score_count"], kpi_id=kpi_id, item=item)
    return asked, cell_counts(scores, asked, scores=["score"], n="answers_n")


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    """Divide; NaN where the denominator is 0."""
    above, below = np.broadcast_arrays(
        np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    )
    result: Floats = np.divide(above, below, out=np.full(below.shape, np.nan), where=below != 0)
    return result


def standard_deviation(n: Floats, total: Floats, square_total: Floats) -> Floats:
    """Return the sample standard deviation from sums; NaN where there are fewer than two observations.

    Sums of whole numbers are exact, so that the order of the observations leaves no trace and equal
    observations give exactly 0.
    """
    return np.sqrt(ratio(n * square_total - total**2, np.where(n > 1, n * (n - 1), 0)))


def spread(given: CellCounts) -> Floats:
    """Return the standard deviation of the first score in each part."""
    return standard_deviation(given.n, given.total(), given.counts @ given.cells[:, 0] ** 2)


def median(given: CellCounts) -> Floats:
    """Return the median of the first score in each part; NaN where there is none."""
    n = given.n
    return np.where(n > 0, (nth_score(given, (n + 1) // 2) + nth_score(given, n // 2 + 1)) / 2, np.nan)


def nth_score(given: CellCounts, position: Floats) -> Floats:
    """Return the first score that stands at a place, from 1, of each part in order; NaN beyond the last."""
    scores = np.append(given.cells[:, 0], np.nan)
    # The cell that holds the k-th observation is the first whose running count reaches k.
    reached = given.counts.cumsum(axis=1)
    found: Floats = scores[(reached < position[:, np.newaxis]).sum(axis=1)]
    return found
