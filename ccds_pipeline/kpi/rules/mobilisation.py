"""The rule ``mobilisation``: how long it took from the award to the first session (K19)."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ccds_pipeline.kpi.estimates import absent_rows, estimate_rows, whole_population
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Mobilisation
from ccds_pipeline.schemas.readings import NOT_MEASURABLE
from ccds_pipeline.statistics.counts import Aggregates


class Rule(KpiRule[Mobilisation]):
    """The calendar months from award to launch; not measurable where a date is not given."""

    is_of_people = False

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return one row for the whole programme."""
        del aggregates  # nothing is counted
        awarded, launched = self.definition.awarded, self.definition.launched
        if awarded is None or launched is None:
            missing = [name for name in ("awarded", "launched") if getattr(self.definition, name) is None]
            reason = f"the programme file gives no date for {' and '.join(missing)}"
            return absent_rows("months", status=NOT_MEASURABLE, reason=reason)
        months = _months(awarded, launched)
        return estimate_rows(whole_population(1), "months", value=[months], denominator=[1], is_headline=True)

    def sentence(self) -> str:
        """Return what the headline says."""
        return "Calendar months from the award of the contract to the first session."


def _months(start: date, end: date) -> float:
    """Return the calendar months between two days, and the share of the month that has begun.

    From 1 July to 1 October are three, whatever the days of the months between.
    """
    whole = 12 * (end.year - start.year) + end.month - start.month - (end.day < start.day)
    begun, ended = (pd.Timestamp(start) + pd.DateOffset(months=whole + more) for more in (0, 1))
    return whole + (pd.Timestamp(end) - begun) / (ended - begun)
