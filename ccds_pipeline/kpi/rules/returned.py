"""The rule ``returned``: who gave a valid response (K02)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import Population, count_rows
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Returned
from ccds_pipeline.statistics.counts import Aggregates, part_rows


class Rule(KpiRule[Returned]):
    """Distinct persons with a valid response in the KPI's wave."""

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return the count of persons."""
        counts = part_rows(aggregates["response_count"], wave=self.wave)
        people = counts["respondents_n"]
        population = Population(counts, eligible_n=counts["persons_n"], people_n=people, wave=self.wave)
        return count_rows(population, "persons", counts=people, is_headline=True)

    def sentence(self) -> str:
        """Return what the headline says."""
        return f"Different people who gave valid feedback ({self.when(self.wave)})."

    def population_of(self, estimand: str, wave: str) -> str:
        """Return who answered the wave."""
        del estimand  # the rule has one
        return f"answered/{wave}"
