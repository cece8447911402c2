"""From core to KPIs and themes; each step replaces its tables as a whole, in one transaction.

What is counted is written in ``sql/kpi``, what a rule makes of it in ``rules``. What of it may be published
is decided in ``release``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.comments.read import read_comments
from ccds_pipeline.comments.themes import code_comments, count_themes
from ccds_pipeline.core.basis import Basis
from ccds_pipeline.kpi.chart_rows import control_chart_rows
from ccds_pipeline.kpi.non_response import non_response_rows
from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import recreate_tables

_log = logging.getLogger(__name__)


def refresh_kpis(engine: sa.Engine, programme: Programme, basis: Basis, *, run_id: str) -> dict[str, int]:
    """Recompute every KPI from core; return the number of rows by table name."""
    _log.info("Computing the KPIs")
    with engine.begin() as connection:
        recreate_tables(connection, tables_of("kpi", "sql", "computed"))
        return fill_kpis(connection, programme, basis, run_id=run_id)


def fill_kpis(
    connection: sa.Connection, programme: Programme, basis: Basis, *, run_id: str
) -> dict[str, int]:
    """Fill the empty tables of kpi from core; return the number of rows by table name."""
    counts = fill_tables(connection, tables_of("kpi", "sql"), parameters={"as_of": basis.as_of})
    aggregates = {table.name: read_frame(connection, table) for table in tables_of("kpi", "aggregate")}
    rows = build_kpi_rows(
        programme,
        aggregates,
        as_of=basis.as_of,
        data_version=basis.data_version,
        code_version=__version__,
        run_id=run_id,
    )
    computed = (
        (table_of("kpi.kpi"), rows),
        (table_of("kpi.control_chart"), control_chart_rows(rows)),
        (table_of("kpi.non_response"), non_response_rows(programme, aggregates["non_response_cell"])),
    )
    return counts | {table.name: append(connection, table, frame) for table, frame in computed}


def refresh_themes(engine: sa.Engine, programme: Programme) -> dict[str, int]:
    """Code the comments of valid responses anew and count them; return the number of rows by table name."""
    with engine.begin() as connection:
        recreate_tables(connection, tables_of("kpi", "theme"))
        coded = code_comments(read_comments(connection), programme.themes)
        counts = count_themes(coded, programme.themes)
        return {
            table.name: append(connection, table, frame)
            for table, frame in (
                (table_of("kpi.comment_theme"), coded),
                (table_of("kpi.theme_count"), counts),
            )
        }


@dataclass(frozen=True)
class HeadlineValue:
    """The exact value that stands for a KPI as a whole, with what it is of."""

    value: float | None
    denominator: float
    ci_low: float | None
    ci_high: float | None
    met: bool | None
    assured: bool | None
    status: str


def headline_values(engine: sa.Engine) -> dict[str, HeadlineValue]:
    """Return the overall headline value of each KPI by its identifier; the first wave's where several."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT kpi_id, value, denominator, ci_low, ci_high, met, assured, status FROM kpi.kpi "
                "WHERE breakdown = 'all' AND is_headline ORDER BY kpi_id, wave DESC"
            )
        )
        return {kpi_id: HeadlineValue(*values) for kpi_id, *values in rows}
