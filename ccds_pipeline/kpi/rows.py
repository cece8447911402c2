"""The rows of ``kpi.kpi``: each KPI of the programme by its rule, with definition, target and versions.

How a rule turns counts into values belongs in ``rules``.
"""

from __future__ import annotations

import operator
from datetime import date

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.rules.rule import rule_of
from ccds_pipeline.programme.model import Kpi, Programme, Target
from ccds_pipeline.schemas.readings import MEASURED, WHOLE
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.statistics.counts import Aggregates

COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
"""How a value meets its target."""


def build_kpi_rows(
    programme: Programme,
    aggregates: Aggregates,
    *,
    as_of: date,
    data_version: str,
    code_version: str,
    run_id: str,
) -> pd.DataFrame:
    """Return every KPI of the programme for every part of every breakdown.

    Args:
        programme: Says which KPIs there are, by which rule and with which target.
        aggregates: The frames of the register's group ``aggregate`` by table name.
        as_of: Deliveries up to this date are counted.
        data_version: Hash of the deliveries.
        code_version: Version of this package.
        run_id: Run that computes the values.

    Returns:
        The columns of ``kpi.kpi``; KPIs in the order of the programme file, then by reading, wave and
        part. A part without answers has a row too: no value, denominator 0, and a status.
    """
    if not programme.kpis:
        return pd.DataFrame(columns=table_of("kpi.kpi").column_names)
    rows = pd.concat(
        [_with_definition(kpi, rule_of(kpi, programme).estimates(aggregates)) for kpi in programme.kpis],
        ignore_index=True,
    )
    rows = rows.assign(
        programme=programme.id,
        phase=rows["level"].where(rows["breakdown"] == "phase", WHOLE),
        as_of=as_of,
        suppressed=False,
        suppression_reason=_text([None] * len(rows)),
        data_version=data_version,
        code_version=code_version,
        run_id=run_id,
    )
    return rows[table_of("kpi.kpi").column_names]


def _with_definition(kpi: Kpi, estimates: pd.DataFrame) -> pd.DataFrame:
    rows = estimates.reset_index(drop=True).assign(
        kpi_id=kpi.id, definition_version=kpi.version, definition_status=kpi.status
    )
    if kpi.target is None:
        undecided = pd.array([pd.NA] * len(rows), dtype="boolean")
        return rows.assign(
            target=np.nan, comparator=_text([None] * len(rows)), met=undecided, assured=undecided
        )
    return _with_target(rows, kpi.target)


def _with_target(rows: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Judge the headline alone: the value, and the end of its interval that is the last to reach."""
    is_headline = rows["is_headline"]
    is_judged = is_headline & (rows["status"] == MEASURED)
    last_end = rows["ci_low" if target.comparator in {">", ">="} else "ci_high"]
    return rows.assign(
        target=np.where(is_headline, target.value, np.nan),
        comparator=_text([target.comparator if headline else None for headline in is_headline]),
        met=_reached(rows["value"], target).where(is_judged),
        assured=_reached(last_end, target).where(is_judged),
    )


def _reached(values: pd.Series, target: Target) -> pd.Series:
    """Compare unrounded values with the target; missing stays missing."""
    reached: pd.Series = COMPARISONS[target.comparator](values, target.value)
    return reached.astype("boolean").where(values.notna())


def _text(values: list[str | None]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")
