"""The rule ``mobilisation``: how long it took from the award to the first session (K19)."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ccds_pipeline.kpi.estimates import absent_rows, estimate_rows, whole_population
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Mobilisation
from ccds_pipeline.schemas.readings import NOT_MEASURABLE
from ccds_pipeline.statistics.counts import Aggregates

# The mean month of the Gregorian calendar.
_DAYS_PER_MONTH = 365.2425 / 12


class Rule(KpiRule[Mobilisation]):
    """The months from award to launch; not measurable where a date is not given."""

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


def _months(start: date, end: date) -> float:
    return (end - start).days / _DAYS_PER_MONTH
