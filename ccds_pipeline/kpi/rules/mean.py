"""The rule ``mean``: a numeric item, with its spread and its shares (K13 and K14)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import asked_population, estimate_rows, item_mean_rows, mean_rows, share_rows
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Mean
from ccds_pipeline.statistics.counts import Aggregates, item_scores, median, spread


class Rule(KpiRule[Mean]):
    """Mean, standard deviation, median and shares of an item, and its paired difference where asked."""

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return one row per reading and part."""
        asked, given = item_scores(aggregates, self.kpi.id, "item")
        population = asked_population(asked, self.wave)
        maximum = self.scale_of(self.definition.question).maximum
        scores, n, sd = given.cells[:, 0], given.n, spread(given)
        estimates = [
            mean_rows(population, "mean", total=given.total(), n=n, standard_deviation=sd, is_headline=True),
            estimate_rows(population, "sd", value=sd, denominator=n),
            estimate_rows(population, "median", value=median(given), denominator=n),
            share_rows(population, "share_high", hits=given.where(scores >= self.definition.high), n=n),
            share_rows(population, "share_maximum", hits=given.where(scores == maximum), n=n),
        ]
        if self.definition.minus is not None:
            estimates.append(
                item_mean_rows(aggregates, self.kpi, item="difference", estimand="paired_difference")
            )
        return pd.concat(estimates)
