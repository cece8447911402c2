"""The rule for the change of a numeric item between two waves (kpis page, section 4).

E1 and E3 compare the two answers of one person about one session; E5 compares all answers of the two
waves, and stands in where the waves cannot be linked.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ccds_pipeline.metrics.bootstrap import METHOD, Sample, Statistic, bca_interval, resample
from ccds_pipeline.metrics.counts import Aggregates, CellCounts, cell_counts, item_scores, part_rows, ratio
from ccds_pipeline.metrics.estimates import (
    MEASURED,
    NO_ANSWERS,
    TOO_FEW_PAIRS,
    Interval,
    Population,
    asked_population,
    estimate_rows,
)
from ccds_pipeline.metrics.intervals import Floats
from ccds_pipeline.programme.model import Kpi

MINIMUM_PAIRS = 30
"""With fewer, a paired change carries no headline (kpis page, section 4)."""


def change_estimates(kpi: Kpi, aggregates: Aggregates, *, scale_range: int) -> pd.DataFrame:
    """Return E1 (relative change of paired means), E3 (share of the range) and E5 (E1 unpaired).

    ``scale_range`` is the greatest minus the least score of the item's scale.
    """
    return pd.concat([_paired_estimates(kpi, aggregates, scale_range), _unpaired_estimates(kpi, aggregates)])


def relative_change(sums: Sequence[Floats]) -> Floats:
    """Return E1 from the sums of pairs: their number, scores before and scores after."""
    (pairs,) = sums
    return (pairs[:, 2] - pairs[:, 1]) / pairs[:, 1]


def mean_gain(sums: Sequence[Floats]) -> Floats:
    """Return the mean difference, in points, from the sums of pairs."""
    (pairs,) = sums
    return (pairs[:, 2] - pairs[:, 1]) / pairs[:, 0]


def unpaired_relative_change(sums: Sequence[Floats]) -> Floats:
    """Return E5 from the sums of both waves: their number of answers and their scores."""
    before, after = (wave[:, 1] / wave[:, 0] for wave in sums)
    return (after - before) / before


def _paired_estimates(kpi: Kpi, aggregates: Aggregates, scale_range: int) -> pd.DataFrame:
    population, pairs = _paired_counts(kpi, aggregates)
    before, n = pairs.total(0), pairs.n
    gain = pairs.total(1) - before
    samples = [[sample] for sample in _samples(pairs)]
    relative, (gain_low, gain_high) = _intervals(samples, relative_change, mean_gain)
    e1, e3 = ratio(gain, before), ratio(gain, n) / scale_range
    paired_rows = partial(estimate_rows, population, numerator=gain, denominator=n, method=METHOD)
    return pd.concat(
        [
            paired_rows(
                "E1",
                unit="relative_change",
                value=e1,
                interval=relative,
                status=_paired_status(e1, n),
                is_headline=True,
            ),
            paired_rows(
                "E3",
                unit="share_of_range",
                value=e3,
                interval=(gain_low / scale_range, gain_high / scale_range),
                status=_paired_status(e3, n),
            ),
        ]
    )


def _paired_counts(kpi: Kpi, aggregates: Aggregates) -> tuple[Population, CellCounts]:
    asked = part_rows(aggregates["score_state"], kpi_id=kpi.id, item="pair")
    rows = part_rows(aggregates["pair_count"], kpi_id=kpi.id)
    pairs = cell_counts(rows, asked, scores=["score_before", "score_after"], n="pairs_n")
    return asked_population(asked, str(kpi.wave), eligible_n=_attended_n(aggregates)), pairs


def _attended_n(aggregates: Aggregates) -> pd.Series:
    """Person-sessions attended: each could have been answered for in both waves."""
    attended: pd.Series = part_rows(aggregates["reach_count"])["attendances_n"]
    return attended


def _paired_status(value: Floats, pairs_n: Floats) -> NDArray[np.str_]:
    """A change from a mean of 0 does not exist; the register's closest word for it is no answers."""
    return np.select(
        [pairs_n == 0, pairs_n < MINIMUM_PAIRS, np.isnan(value)],
        [NO_ANSWERS, TOO_FEW_PAIRS, NO_ANSWERS],
        default=MEASURED,
    )


def _unpaired_estimates(kpi: Kpi, aggregates: Aggregates) -> pd.DataFrame:
    """The value is of every answer of either wave; people are those of the smaller wave."""
    asked_before, before = item_scores(aggregates, kpi.id, "before")
    asked_after, after = item_scores(aggregates, kpi.id, "after")
    population = Population(
        asked_after,
        eligible_n=_attended_n(aggregates),
        people_n=asked_before["people_n"].clip(upper=asked_after["people_n"]),
        wave=str(kpi.wave),
        blank_n=asked_before["blank_n"] + asked_after["blank_n"],
        not_applicable_n=asked_before["not_applicable_n"] + asked_after["not_applicable_n"],
    )
    mean_before, mean_after = (ratio(given.total(), given.n) for given in (before, after))
    samples = [list(waves) for waves in zip(_samples(before), _samples(after), strict=True)]
    (interval,) = _intervals(samples, unpaired_relative_change)
    return estimate_rows(
        population,
        "E5",
        unit="relative_change",
        value=ratio(mean_after - mean_before, mean_before),
        denominator=before.n + after.n,
        interval=interval,
        method=METHOD,
    )


def _samples(given: CellCounts) -> list[Sample]:
    """One sample per part: observations that are summed as their number and their scores."""
    values = np.column_stack([np.ones(len(given.cells)), given.cells])
    return [Sample(values[counts > 0], counts[counts > 0]) for counts in given.counts]


def _intervals(parts: Sequence[Sequence[Sample]], *statistics: Statistic) -> list[Interval]:
    """Return one interval per statistic; the statistics of a part share its resamples."""
    ends = np.full((len(statistics), len(parts), 2), np.nan)
    for place, samples in enumerate(parts):
        if all(len(sample.counts) for sample in samples):
            draws = resample(samples)
            for row, statistic in enumerate(statistics):
                ends[row, place] = bca_interval(statistic, samples, draws)
    return [(low_high[:, 0], low_high[:, 1]) for low_high in ends]
