"""The rule for the mean of a numeric item, with its spread and its shares (kpis page, K13 and K14).

The arithmetic of counts belongs in ``counts``, the change of an item between waves in ``change``.
"""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import asked_population, estimate_rows, mean_rows, share_rows
from ccds_pipeline.programme.model import Kpi, Mean
from ccds_pipeline.statistics.counts import (
    Aggregates,
    CellCounts,
    item_scores,
    median,
    standard_deviation,
)
from ccds_pipeline.statistics.intervals import Floats


def mean_estimates(kpi: Kpi, rule: Mean, aggregates: Aggregates, *, maximum: int) -> pd.DataFrame:
    """Return mean, sd, median and shares of an item, and its paired difference where asked.

    ``maximum`` is the greatest score of the item's scale.
    """
    wave = str(kpi.wave)
    asked, given = item_scores(aggregates, kpi.id, "item")
    population = asked_population(asked, wave)
    scores, n, sd = given.cells[:, 0], given.n, spread(given)
    estimates = [
        mean_rows(population, "mean", total=given.total(), n=n, standard_deviation=sd, is_headline=True),
        estimate_rows(population, "sd", unit="score", value=sd, denominator=n),
        estimate_rows(population, "median", unit="score", value=median(given), denominator=n),
        share_rows(population, "share_high", hits=given.where(scores >= rule.high), n=n),
        share_rows(population, "share_maximum", hits=given.where(scores == maximum), n=n),
    ]
    if rule.minus is not None:
        asked, difference = item_scores(aggregates, kpi.id, "difference")
        estimates.append(
            mean_rows(
                asked_population(asked, wave),
                "paired_difference",
                total=difference.total(),
                n=difference.n,
                standard_deviation=spread(difference),
            )
        )
    return pd.concat(estimates)


def spread(given: CellCounts) -> Floats:
    """Return the standard deviation of the first score in each part."""
    return standard_deviation(given.n, given.total(), given.counts @ given.cells[:, 0] ** 2)
