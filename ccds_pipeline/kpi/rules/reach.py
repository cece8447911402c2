"""The rule ``reach``: who attended, with attendances and bookings beside them (K01)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import Population, count_rows
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Reach
from ccds_pipeline.schemas.readings import UNIDENTIFIED, reading_of
from ccds_pipeline.statistics.counts import Aggregates, part_rows

# Reading: what is counted, and the column with its distinct people.
_COUNTS = {
    "persons": ("persons_n", "persons_n"),
    "attendances": ("attendances_n", "persons_n"),
    UNIDENTIFIED: ("unidentified_attendances_n", "unidentified_attendances_n"),
    "bookings": ("bookings_n", "booking_people_n"),
    "cancellations": ("cancellations_n", "cancellation_people_n"),
    "no_shows": ("no_shows_n", "no_show_people_n"),
}


class Rule(KpiRule[Reach]):
    """Distinct persons who attended; attendances, bookings, cancellations and no-shows."""

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return one count per reading."""
        reach = part_rows(aggregates["reach_count"])
        return pd.concat(
            count_rows(
                Population(reach, eligible_n=reach["persons_n"], people_n=reach[people]),
                estimand,
                counts=reach[counted],
                is_headline=estimand == "persons",
            )
            for estimand, (counted, people) in _COUNTS.items()
        )

    def sentence(self) -> str:
        """Return what the headline says."""
        return "Different people who attended at least one session."

    def population_of(self, estimand: str, wave: str) -> str:
        """Return who attended, booked, cancelled or did not come."""
        del wave  # attendance belongs to none
        return reading_of(estimand).population
