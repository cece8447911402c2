"""What a release starts from: every exact cell that may leave at all, KPIs and what is counted beside them.

What is withheld of them is decided in ``candidate``.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.programme.model import NEVER_RELEASED, Programme
from ccds_pipeline.release.companion_cells import as_cells
from ccds_pipeline.release.counts import link_cells, non_response_cells
from ccds_pipeline.release.ledger import people_in_parts
from ccds_pipeline.release.populations import populations_of
from ccds_pipeline.release.themes import theme_cells
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import read_frame

_COMPUTED_BY = "release"
"""Stands for the run in what is counted for a release alone."""


def release_cells(
    connection: sa.Connection, kpis: pd.DataFrame, programme: Programme, basis: Basis
) -> pd.DataFrame:
    """Return the exact cells with the population of each.

    Args:
        connection: To the warehouse, after ``release.ledger.count_contributions``.
        kpis: Rows of ``kpi.kpi``.
        programme: Gives definitions.
        basis: What the counts beside the KPIs rest on.

    Returns:
        The columns of ``kpi.kpi`` and ``population``.
    """
    left = may_leave(kpis)
    beside = as_cells(
        _counted_beside(connection, programme),
        programme_id=programme.id,
        as_of=basis.as_of,
        data_version=basis.data_version,
        run_id=_COMPUTED_BY,
    )
    cells = _together([left.assign(population=populations_of(left, programme)), beside])
    return cells.assign(as_of=pd.to_datetime(cells["as_of"]).dt.date)


def may_leave(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return the KPIs without the breakdowns that are never released."""
    # control: facilitators' KPIs stay
    return kpis[~kpis["breakdown"].isin(NEVER_RELEASED)]


def sensitive_kpis(programme: Programme) -> frozenset[str]:
    """Return the KPIs of sensitive questions, which are held to the stricter rule."""
    sensitive = {question.id for question in programme.questions if question.sensitive}
    return frozenset(kpi.id for kpi in programme.kpis if kpi.rule.terms.question_id in sensitive)


def _counted_beside(connection: sa.Connection, programme: Programme) -> pd.DataFrame:
    """Return links, themes and non-response as cells."""
    tables = (table_of("kpi.link_quality"), table_of("kpi.theme_count"), table_of("kpi.non_response"))
    links, themes, answered = (read_frame(connection, table) for table in tables)
    people = people_in_parts(connection, "non_response/%responders")
    return _together(
        [link_cells(links), theme_cells(themes, programme), non_response_cells(answered, people, programme)]
    )


def _together(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return frames below one another, whatever their missing values are."""
    plain = [frame.astype("object").where(frame.notna(), None) for frame in frames if len(frame)]
    return pd.concat(plain, ignore_index=True).infer_objects()
