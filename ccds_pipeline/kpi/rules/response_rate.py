"""The rule ``response_rate``: who responded, of those who attended (K03)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import Population, rate_rows
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import ResponseRate
from ccds_pipeline.statistics.counts import Aggregates, part_rows


class Rule(KpiRule[ResponseRate]):
    """The share of persons who attended and gave a valid response, for each wave named."""

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return one share per wave."""
        return pd.concat(self._rate(aggregates, wave) for wave in self.definition.waves)

    def _rate(self, aggregates: Aggregates, wave: str) -> pd.DataFrame:
        counts = part_rows(aggregates["response_count"], wave=wave)
        persons = counts["persons_n"]
        population = Population(counts, eligible_n=persons, people_n=persons, wave=wave)
        return rate_rows(population, "rate", hits=counts["attended_respondents_n"], n=persons)

    def sentence(self) -> str:
        """Return what the headline says."""
        return "People who answered the survey, of all people who attended."

    def population_of(self, estimand: str, wave: str) -> str:
        """Return who attended, and whether they answered the wave."""
        del estimand  # the rule has one
        return f"rate/{wave}"
