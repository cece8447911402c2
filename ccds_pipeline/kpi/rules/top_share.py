"""The rule ``top_share``: favourable answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.clusters import cluster_rows, item_effects
from ccds_pipeline.kpi.estimates import Population, asked_population, by_session, estimate_rows, share_rows
from ccds_pipeline.kpi.non_response import weighted_estimates
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import TopShare
from ccds_pipeline.schemas.readings import WHOLE
from ccds_pipeline.statistics.clusters import DesignEffects
from ccds_pipeline.statistics.counts import Aggregates, part_rows, ratio, standard_deviation
from ccds_pipeline.statistics.intervals import t_interval


class Rule(KpiRule[TopShare]):
    """The share of valid answers that are favourable, with what else the definition asks for."""

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return the share; with late answers; the mean place on the scale; weighted; worst and best case."""
        counts = part_rows(aggregates["answer_count"], kpi_id=self.kpi.id, item="item")
        population = asked_population(counts, self.wave)
        effects = item_effects(aggregates, self.kpi.id, "favourable", counts)
        estimates = [
            share_rows(
                population,
                "share",
                hits=counts["favourable_n"],
                n=counts["valid_n"],
                effects=effects,
                is_headline=True,
            ),
            cluster_rows(aggregates, self.kpi.id, "favourable", population),
        ]
        if (late := self._any_time(aggregates)) is not None:
            estimates.append(late)
        if self.definition.mean_of_maximum:
            estimates.append(self._mean_of_maximum(population, counts, effects))
        if self.definition.non_response is not None:
            estimates.append(weighted_estimates(self.kpi, aggregates))
        return pd.concat(estimates)

    def sentence(self) -> str:
        """Return what the headline says."""
        labels = {option.code: option.label for option in self.scale_of(self.definition.question).options}
        favourable = " or ".join(f'"{labels[code]}"' for code in self.definition.favourable if code in labels)
        return f"Answers {favourable}, of all valid answers ({self.when(self.wave)})."

    def _any_time(self, aggregates: Aggregates) -> pd.DataFrame | None:
        """Return the share of the whole with the answers outside the window; None where there is none."""
        counts = part_rows(aggregates["answer_count"], kpi_id=self.kpi.id, item="any_time", breakdown=WHOLE)
        if counts.empty:
            return None
        return share_rows(
            asked_population(counts, self.wave),
            "share_any_time",
            hits=counts["favourable_n"],
            n=counts["valid_n"],
            effects=item_effects(aggregates, self.kpi.id, "favourable", counts),
        )

    def _mean_of_maximum(
        self, population: Population, counts: pd.DataFrame, effects: DesignEffects
    ) -> pd.DataFrame:
        # The number of options is the greatest place on the scale.
        greatest = len(self.scale_of(self.definition.question).options)
        n, total, squares = (
            counts[column].to_numpy(dtype=float) for column in ("valid_n", "order_sum", "order_square_sum")
        )
        value = ratio(total, n) / greatest
        low, high = t_interval(
            value,
            standard_deviation(n, total, squares) / greatest,
            n,
            effect=effects.effects,
            degrees=effects.degrees,
        )
        return estimate_rows(
            population,
            "mean_of_maximum",
            value=value,
            denominator=n,
            # A mean of places cannot pass the greatest one, whatever the t distribution says.
            interval=(np.clip(low, 0, 1), np.clip(high, 0, 1)),
            method=by_session("t", effects),
        )
