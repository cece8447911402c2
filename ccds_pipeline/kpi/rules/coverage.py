"""The rule ``coverage``: who answered a later wave in its window (K17)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import Population, count_rows, rate_rows
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Coverage
from ccds_pipeline.schemas.readings import FOLLOW_UP_STATES
from ccds_pipeline.statistics.counts import Aggregates, part_rows


class Rule(KpiRule[Coverage]):
    """The share of attendances due that were answered in the window, and how many are in each state.

    Overdue are those past the target day without a response, whether their window is open or closed.
    """

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return the share, and one count per state."""
        counts = part_rows(aggregates["response_count"], wave=self.wave)
        rate = rate_rows(
            Population(
                counts, eligible_n=counts["attended_n"], people_n=counts["due_persons_n"], wave=self.wave
            ),
            "rate",
            hits=counts["in_window_n"],
            n=counts["due_n"],
        )
        states = (self._state(aggregates, state) for state in (*FOLLOW_UP_STATES, "overdue"))
        return pd.concat([rate, *states])

    def _state(self, aggregates: Aggregates, state: str) -> pd.DataFrame:
        counts = part_rows(aggregates["follow_up_count"], wave=self.wave, state=state)
        population = Population(
            counts, eligible_n=counts["attendances_n"], people_n=counts["people_n"], wave=self.wave
        )
        return count_rows(population, state, counts=counts["places_n"])

    def sentence(self) -> str:
        """Return what the headline says."""
        window = self.programme.wave(self.wave).window
        days = f"{window.from_day} to {window.to_day} days after the session" if window else "in time"
        return (
            f"Valid answers {days}, of all attendances for which an answer was due ({self.when(self.wave)})."
        )

    def population_of(self, estimand: str, wave: str) -> str:
        """Return whose answer is due, or who is in a state."""
        return f"due/{wave}" if estimand == "rate" else f"state/{wave}/{estimand}"
