"""Who answered a wave and who did not, and what that may do to a share.

The regression and the comparison belong in ``statistics.non_response``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.clusters import item_effects
from ccds_pipeline.kpi.estimates import Population, by_session, estimate_rows, whole_population
from ccds_pipeline.programme.model import Kpi, Programme
from ccds_pipeline.schemas.readings import WHOLE
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.statistics.counts import Aggregates, part_rows
from ccds_pipeline.statistics.non_response import METHOD, compare_groups, weighted_share

_BEFORE, _AFTER, _PLACES = "score_before", "score_after", ["sector", "region_code"]


def non_response_rows(programme: Programme, cells: pd.DataFrame) -> pd.DataFrame:
    """Return how those who answered differ from those due who did not, for each KPI that asks for it.

    Args:
        programme: Says which KPIs do.
        cells: Rows of ``kpi.non_response_cell``.

    Returns:
        The columns of ``kpi.non_response``; a score without a level stands under ``all``.
    """
    compared = [
        _comparison(kpi, _cells_of(kpi, cells))
        for kpi in programme.kpis
        if kpi.rule.terms.covariate_question_id is not None
    ]
    if not compared:
        return pd.DataFrame(columns=table_of("kpi.non_response").column_names)
    return pd.concat(compared, ignore_index=True)[table_of("kpi.non_response").column_names]


def weighted_estimates(kpi: Kpi, aggregates: Aggregates) -> pd.DataFrame:
    """Return a share weighted by the inverse chance of answering, and its worst and best case."""
    cells = _cells_of(kpi, aggregates["non_response_cell"])
    effects = item_effects(aggregates, kpi.id, "favourable", whole_population(0).parts)
    found = weighted_share(cells, _covariates(kpi), factor=float(effects.factors[0]))
    due, valid, favourable = (float(cells[name].sum()) for name in ("due_n", "valid_n", "favourable_n"))
    population = Population(
        whole_population(0).parts,
        eligible_n=pd.Series([int(due)]),
        people_n=pd.Series([min(_people_who_answered(kpi, aggregates), int(valid))]),
        wave=str(kpi.wave),
    )
    weighted = estimate_rows(
        population,
        "share_weighted",
        value=[found.value],
        denominator=[valid],
        interval=(np.array([found.ci_low]), np.array([found.ci_high])),
        method=by_session(METHOD, effects),
    )
    bounds = [
        estimate_rows(population, name, value=[value], numerator=[hits], denominator=[due])
        for name, value, hits in (
            ("share_worst_case", found.worst, favourable),
            ("share_best_case", found.best, favourable + due - valid),
        )
    ]
    return pd.concat([weighted, *bounds])


def _people_who_answered(kpi: Kpi, aggregates: Aggregates) -> int:
    """No value rests on those who were due and did not answer, so they do not enlarge its group."""
    whole = part_rows(aggregates["answer_count"], kpi_id=kpi.id, item="item", breakdown=WHOLE)
    return int(whole["people_n"].iloc[0])


def _cells_of(kpi: Kpi, cells: pd.DataFrame) -> pd.DataFrame:
    by = [_BEFORE, _AFTER, *_PLACES]
    return cells[cells["kpi_id"] == kpi.id].sort_values(by, ignore_index=True)


def _covariates(kpi: Kpi) -> list[str]:
    """Return what may tell who answers from who does not: no score straight after, before there is one."""
    return [_BEFORE, *([_AFTER] if kpi.rule.terms.after_wave is not None else []), *_PLACES]


def _comparison(kpi: Kpi, cells: pd.DataFrame) -> pd.DataFrame:
    found = compare_groups(cells, _covariates(kpi))
    return pd.DataFrame(
        {
            "kpi_id": kpi.id,
            "characteristic": found["covariate"],
            "level": found["level"].where(found["level"].notna(), WHOLE),
            "responders_n": found["responder_n"],
            "non_responders_n": found["other_n"],
            "responders_value": found["responder_value"],
            "non_responders_value": found["other_value"],
            "responders_sd": found["responder_sd"],
            "non_responders_sd": found["other_sd"],
            "standardised_difference": found["difference"],
        }
    )
