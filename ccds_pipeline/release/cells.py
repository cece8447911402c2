"""What a release starts from: every exact cell that may leave at all, with the people that it is of.

The cells are KPIs and what is counted beside them. The ledger of releases keeps them by their population: a
released cell changes only when enough of its people came or went since (PRIVACY.md P17). What is withheld is
decided in ``candidate``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.kpi.rules.rule import rule_of
from ccds_pipeline.programme.model import NEVER_RELEASED, Programme, ReleaseRules
from ccds_pipeline.release.answers import answer_cells
from ccds_pipeline.release.companion_cells import as_cells
from ccds_pipeline.release.counts import link_cells, non_response_cells
from ccds_pipeline.release.ledger import people_in_parts
from ccds_pipeline.release.themes import theme_cells
from ccds_pipeline.schemas.readings import FOR_ANALYSTS
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import read_frame

RELEASE_RUN = "release"
"""Named as the run in what is counted for a release alone."""

_METHOD = "4"
"""Raised when the way of releasing changes, so that every cell is released again."""


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
    releasable = may_leave(kpis)
    beside = as_cells(
        _counted_beside(connection, programme),
        programme_id=programme.id,
        as_of=basis.as_of,
        data_version=basis.data_version,
        run_id=RELEASE_RUN,
    )
    cells = _together([releasable.assign(population=populations_of(releasable, programme)), beside])
    return cells.assign(as_of=pd.to_datetime(cells["as_of"]).dt.date)


def may_leave(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return the KPIs without the breakdowns and the readings that are never released."""
    # control: facilitators' KPIs stay
    return kpis[~kpis["breakdown"].isin(NEVER_RELEASED) & ~kpis["estimand"].isin(FOR_ANALYSTS)]


def sensitive_kpis(programme: Programme) -> frozenset[str]:
    """Return the KPIs of sensitive questions, which are held to the stricter rule."""
    sensitive = {question.id for question in programme.questions if question.sensitive}
    return frozenset(kpi.id for kpi in programme.kpis if kpi.rule.terms.question_id in sensitive)


def populations_of(cells: pd.DataFrame, programme: Programme) -> pd.Series:
    """Return the population of each cell; index of ``cells``."""
    rules = {kpi.id: rule_of(kpi, programme) for kpi in programme.kpis}
    readings = cells[["kpi_id", "estimand", "wave"]]
    known = {
        (kpi_id, estimand, wave): rules[kpi_id].population_of(estimand, wave)
        for kpi_id, estimand, wave in readings.drop_duplicates().itertuples(index=False)
    }
    return pd.Series(
        [known[reading] for reading in readings.itertuples(index=False, name=None)],
        index=cells.index,
        dtype="str",
    )


def rules_of(rules: ReleaseRules) -> str:
    """Return a short hash of everything that decides how a cell is released."""
    content = f"{_METHOD}/{rules.suppress_up_to}/{rules.minimum_people}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _counted_beside(connection: sa.Connection, programme: Programme) -> pd.DataFrame:
    """Return links, answers, themes and non-response as cells."""
    names = ("link_quality", "option_count", "theme_count", "non_response")
    links, options, themes, answered = (read_frame(connection, table_of(f"kpi.{name}")) for name in names)
    people = people_in_parts(connection, "non_response/%responders")
    return _together(
        [
            link_cells(links),
            answer_cells(options),
            theme_cells(themes, programme),
            non_response_cells(answered, people, programme),
        ]
    )


def _together(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return frames below one another, whatever their missing values are."""
    plain = [frame.astype("object").where(frame.notna(), None) for frame in frames if len(frame)]
    return pd.concat(plain, ignore_index=True).infer_objects()
