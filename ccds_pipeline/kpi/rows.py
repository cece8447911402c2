"""The rows of ``kpi.kpi``: each KPI of the programme by its rule, with definition, target and versions.

How a rule turns counts into values belongs in ``shares``, ``means`` and ``change``.
"""

from __future__ import annotations

import operator
from datetime import date

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.estimates import MEASURED, WHOLE
from ccds_pipeline.kpi.rules.change import change_estimates
from ccds_pipeline.kpi.rules.follow_up import coverage_estimates, sustained_estimates
from ccds_pipeline.kpi.rules.means import mean_estimates
from ccds_pipeline.kpi.rules.operations import (
    data_quality_estimates,
    mobilisation_estimates,
    not_measured_estimates,
)
from ccds_pipeline.kpi.rules.shares import (
    reach_estimates,
    response_rate_estimates,
    returned_estimates,
    top_share_estimates,
)
from ccds_pipeline.programme.model import (
    Change,
    Coverage,
    DataQuality,
    Kpi,
    Mean,
    Mobilisation,
    NotMeasured,
    Programme,
    Reach,
    ResponseRate,
    Returned,
    Sustained,
    Target,
    TopShare,
)
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.statistics.counts import Aggregates

_COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


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
        [_with_definition(kpi, _estimates(kpi, programme, aggregates)) for kpi in programme.kpis],
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


def _estimates(kpi: Kpi, programme: Programme, aggregates: Aggregates) -> pd.DataFrame:
    match kpi.rule:
        case TopShare() | Mean() | Change() as rule:
            return _answer_estimates(kpi, rule, programme, aggregates)
        case Sustained() as rule:
            return sustained_estimates(kpi, rule, aggregates, is_asked=_is_asked(kpi, rule, programme))
        case Mobilisation() as rule:
            return mobilisation_estimates(rule)
        case NotMeasured(reason=reason):
            return not_measured_estimates(reason)
        case DataQuality():
            return data_quality_estimates(aggregates)
        case rule:
            return _people_estimates(kpi, rule, aggregates)


def _is_asked(kpi: Kpi, rule: Sustained, programme: Programme) -> bool:
    return any(source.wave == kpi.wave and rule.question in source.questions for source in programme.sources)


def _people_estimates(
    kpi: Kpi, rule: Reach | Returned | ResponseRate | Coverage, aggregates: Aggregates
) -> pd.DataFrame:
    match rule:
        case Reach():
            return reach_estimates(aggregates)
        case Returned():
            return returned_estimates(kpi, aggregates)
        case ResponseRate():
            return response_rate_estimates(rule, aggregates)
        case Coverage():
            return coverage_estimates(kpi, aggregates)


def _answer_estimates(
    kpi: Kpi, rule: TopShare | Mean | Change, programme: Programme, aggregates: Aggregates
) -> pd.DataFrame:
    scale = programme.scales[str(programme.questions_by_id[rule.question].scale)]
    # The model lets only numeric questions into a mean or change; those have both ends.
    least, greatest = int(scale.minimum or 0), int(scale.maximum or 0)
    match rule:
        case TopShare():
            return top_share_estimates(kpi, rule, aggregates, options_n=len(scale.options))
        case Mean():
            return mean_estimates(kpi, rule, aggregates, maximum=greatest)
        case Change():
            return change_estimates(kpi, rule, aggregates, least=least, greatest=greatest)


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
    reached: pd.Series = _COMPARISONS[target.comparator](values, target.value)
    return reached.astype("boolean").where(values.notna())


def _text(values: list[str | None]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")
