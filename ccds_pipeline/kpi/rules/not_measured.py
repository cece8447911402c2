"""The rule ``not_measured``: named so that its absence is seen (K20)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import absent_rows
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import NotMeasured
from ccds_pipeline.schemas.readings import NOT_MEASURED
from ccds_pipeline.statistics.counts import Aggregates


class Rule(KpiRule[NotMeasured]):
    """The one row of a KPI that nobody measures, with the reason and no value."""

    is_of_people = False

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return one row for the whole programme."""
        del aggregates  # nothing is counted
        return absent_rows("none", status=NOT_MEASURED, reason=self.definition.reason)

    def sentence(self) -> str:
        """Return what the headline says."""
        return f"Not measured: {self.definition.reason}."
