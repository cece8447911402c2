"""Rules about the programme as a whole: its dates, its data, and what nobody measures.

Kpis page, K19 to K21: their rows stand for everything. Counts of people and answers belong in ``shares``
and ``means``.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.estimates import (
    NOT_MEASURABLE,
    NOT_MEASURED,
    WHOLE,
    Population,
    Unit,
    count_rows,
    estimate_rows,
)
from ccds_pipeline.programme.model import Mobilisation
from ccds_pipeline.statistics.counts import Aggregates

# The mean month of the Gregorian calendar.
_DAYS_PER_MONTH = 365.2425 / 12
_RECORDS = ("received", "loaded", "duplicate", "excluded", "rejected", "unmatched")


def whole_population(n: int) -> Population:
    """Return the population of a value that stands for the programme, and for no person."""
    parts = pd.DataFrame({"breakdown": [WHOLE], "level": [WHOLE]})
    return Population(parts, eligible_n=pd.Series([n]), people_n=pd.Series([0]))


def mobilisation_estimates(rule: Mobilisation) -> pd.DataFrame:
    """Return the months from award to launch; not measurable where a date is not given."""
    if rule.awarded is None or rule.launched is None:
        missing = [name for name in ("awarded", "launched") if getattr(rule, name) is None]
        reason = f"the programme file gives no date for {' and '.join(missing)}"
        return absent_rows("months", unit="months", status=NOT_MEASURABLE, reason=reason)
    return estimate_rows(
        whole_population(1),
        "months",
        unit="months",
        value=[_months(rule.awarded, rule.launched)],
        denominator=[1],
        is_headline=True,
    )


def not_measured_estimates(reason: str) -> pd.DataFrame:
    """Return the one row of a KPI that nobody measures, with the reason and no value."""
    return absent_rows("none", unit="none", status=NOT_MEASURED, reason=reason)


def data_quality_estimates(aggregates: Aggregates) -> pd.DataFrame:
    """Return what became of every delivered record, and how many responses could not be linked."""
    counts = aggregates["record_count"]
    received = int(counts["received_n"].iloc[0])
    return pd.concat(
        count_rows(
            Population(
                whole_population(received).parts,
                eligible_n=pd.Series([received]),
                people_n=counts[f"{name}_n"],
            ),
            name,
            unit="records",
            counts=counts[f"{name}_n"],
            is_headline=name == "received",
        )
        for name in _RECORDS
    )


def absent_rows(
    estimand: str, *, unit: Unit, status: str, reason: str, population: Population | None = None
) -> pd.DataFrame:
    """Return rows without value that say why there is none."""
    population = population or whole_population(0)
    length = len(population.parts)
    return estimate_rows(
        population,
        estimand,
        unit=unit,
        value=np.full(length, np.nan),
        denominator=np.zeros(length),
        status=np.full(length, status),
        is_headline=True,
    ).assign(status_reason=reason)


def _months(start: date, end: date) -> float:
    return (end - start).days / _DAYS_PER_MONTH
