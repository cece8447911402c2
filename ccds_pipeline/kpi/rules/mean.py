"""The rule ``mean``: a numeric item, with its spread and its shares (K13 and K14)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.clusters import cluster_rows, item_effects, item_mean_rows
from ccds_pipeline.kpi.estimates import asked_population, estimate_rows, share_rows
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
        scores, n = given.cells[:, 0], given.n
        shares = {"share_high": scores >= self.definition.high, "share_maximum": scores == maximum}
        effects = item_effects(aggregates, self.kpi.id, "item", asked)
        estimates = [
            item_mean_rows(aggregates, self.kpi, item="item", estimand="mean", is_headline=True),
            estimate_rows(population, "sd", value=spread(given), denominator=n),
            estimate_rows(population, "median", value=median(given), denominator=n),
            *(
                share_rows(population, estimand, hits=given.where(is_wanted), n=n, effects=effects)
                for estimand, is_wanted in shares.items()
            ),
            cluster_rows(aggregates, self.kpi.id, "item", population),
        ]
        if self.definition.minus is not None:
            estimates.append(
                item_mean_rows(aggregates, self.kpi, item="difference", estimand="paired_difference")
            )
        return pd.concat(estimates)

    def sentence(self) -> str:
        """Return what the headline says."""
        scale = self.scale_of(self.definition.question)
        return f"Mean of all valid answers, from {scale.minimum} to {scale.maximum} ({self.when(self.wave)})."
