"""The rule ``sustained``: what is left of a change in a later wave (K18)."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.clusters import item_mean_rows
from ccds_pipeline.kpi.estimates import absent_rows
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Sustained
from ccds_pipeline.schemas.readings import NOT_MEASURABLE
from ccds_pipeline.statistics.counts import Aggregates


class Rule(KpiRule[Sustained]):
    """The mean change since before and since straight after, on those who answered three times.

    Where no source asks the item in the KPI's wave, the KPI is not measurable; no other item takes its place.
    """

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return both means, or one row that says why there is none."""
        question = self.definition.question
        sources = (source for source in self.programme.sources if source.wave == self.kpi.wave)
        if not any(question in source.questions for source in sources):
            reason = f"no survey asks the question again {self.when(self.wave)}"
            return absent_rows("since_before", status=NOT_MEASURABLE, reason=reason).assign(wave=self.wave)
        return pd.concat(
            item_mean_rows(aggregates, self.kpi, item=item, estimand=item, is_headline=item == "since_before")
            for item in ("since_before", "since_after")
        )

    def sentence(self) -> str:
        """Return what the headline says."""
        waves = f"from {self.when(self.definition.before)} to {self.when(self.wave)}"
        return f"Mean change {waves}, of people who answered all three times."
