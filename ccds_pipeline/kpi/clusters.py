"""How much the intervals of a KPI's item allow for sessions, and the readings that say so.

The ICC is of the whole, and each part has its design effect by it. Where an item has several readings, they
share the design effect of the one: a KPI has one ICC. The formulas belong in ``statistics.clusters``.
"""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import (
    Population,
    asked_population,
    estimate_rows,
    mean_rows,
    whole_population,
)
from ccds_pipeline.programme.model import Kpi
from ccds_pipeline.schemas.readings import WHOLE
from ccds_pipeline.statistics.clusters import (
    DesignEffects,
    design_effect,
    design_effects,
    intraclass_correlation,
)
from ccds_pipeline.statistics.counts import PART, Aggregates, item_scores, part_rows, spread
from ccds_pipeline.statistics.intervals import Floats

_SIZES = ["answers_n", "sessions_n", "answers_square_sum"]


def item_effects(aggregates: Aggregates, kpi_id: str, item: str, parts: pd.DataFrame) -> DesignEffects:
    """Return the design effects of one item of a KPI, one per row of ``parts``."""
    correlation, sessions_n = _correlation(aggregates, kpi_id, item)
    answers_n, part_sessions_n, square_sum = _sizes(aggregates, kpi_id, item, parts)
    return design_effects(
        correlation, sessions_n, n=answers_n, size_square_total=square_sum, part_sessions_n=part_sessions_n
    )


def cluster_rows(aggregates: Aggregates, kpi_id: str, item: str, population: Population) -> pd.DataFrame:
    """Return the rows of ICC and design effect of the whole, of the same answers as the headline."""
    is_whole = (population.parts["breakdown"] == WHOLE).to_numpy()
    whole = Population(
        whole_population(0).parts,
        eligible_n=population.eligible_n[is_whole].reset_index(drop=True),
        people_n=population.people_n[is_whole].reset_index(drop=True),
        wave=population.wave,
    )
    correlation, _ = _correlation(aggregates, kpi_id, item)
    answers_n, _, square_sum = _sizes(aggregates, kpi_id, item, whole.parts)
    return pd.concat(
        estimate_rows(whole, estimand, value=value, denominator=answers_n)
        for estimand, value in (
            ("icc", [correlation]),
            ("design_effect", design_effect(correlation, answers_n, square_sum)),
        )
    )


def item_mean_rows(
    aggregates: Aggregates, kpi: Kpi, *, item: str, estimand: str, is_headline: bool = False
) -> pd.DataFrame:
    """Return rows of the mean of one numeric item of a KPI."""
    asked, given = item_scores(aggregates, kpi.id, item)
    return mean_rows(
        asked_population(asked, str(kpi.wave)),
        estimand,
        total=given.total(),
        n=given.n,
        standard_deviation=spread(given),
        effects=item_effects(aggregates, kpi.id, item, asked),
        is_headline=is_headline,
    )


def _correlation(aggregates: Aggregates, kpi_id: str, item: str) -> tuple[float, int]:
    """Return the ICC of the whole, and of how many sessions it is."""
    rows = aggregates["session_value"]
    rows = rows[(rows["kpi_id"] == kpi_id) & (rows["item"] == item)]
    # In one order, so that sums of fractions do not depend on the database's.
    alike = rows[["answers_n", "value_sum", "value_square_sum", "sessions_n"]].astype("float64")
    alike = alike.sort_values(list(alike.columns))
    sessions = alike.loc[alike.index.repeat(alike["sessions_n"].astype("int64"))].to_numpy()
    return intraclass_correlation(*sessions[:, :3].T), len(sessions)


def _sizes(
    aggregates: Aggregates, kpi_id: str, item: str, parts: pd.DataFrame
) -> tuple[Floats, Floats, Floats]:
    rows = part_rows(aggregates["session_size"], kpi_id=kpi_id, item=item).set_index(PART)[_SIZES]
    sizes = rows.reindex(pd.MultiIndex.from_frame(parts[PART]), fill_value=0).to_numpy(dtype=float)
    answers_n, sessions_n, square_sum = sizes.T
    return answers_n, sessions_n, square_sum
