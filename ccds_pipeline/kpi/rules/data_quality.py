"""The rule ``data_quality``: what became of every delivered record (K21)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import Population, count_rows, whole_population
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import DataQuality
from ccds_pipeline.statistics.counts import Aggregates

_RECORDS = ("received", "loaded", "duplicate", "excluded", "rejected", "unmatched")


class Rule(KpiRule[DataQuality]):
    """What became of every delivered record, and how many responses could not be linked."""

    is_of_people = False

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return one count per outcome, for the whole programme."""
        counts = aggregates["record_count"]
        received = int(counts["received_n"].iloc[0])
        parts = whole_population(received).parts
        return pd.concat(
            count_rows(
                Population(parts, eligible_n=pd.Series([received]), people_n=counts[f"{name}_n"]),
                name,
                counts=counts[f"{name}_n"],
                is_headline=name == "received",
            )
            for name in _RECORDS
        )

    def sentence(self) -> str:
        """Return what the headline says."""
        return "Records received; beside it what became of them."
