"""From staging to core and KPIs; each step replaces its tables as a whole, in one transaction.

What a table holds is written in ``sql/``, statistics are in ``metrics``. What of it may be published
is decided in ``releasing``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.comments.read import read_comments
from ccds_pipeline.comments.themes import code_comments, count_themes
from ccds_pipeline.core.boards import with_loaded_boards
from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.errors import CcdsError
from ccds_pipeline.ingest.store.ledger import create_warehouse
from ccds_pipeline.kpi.chart_rows import control_chart_rows
from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.kpi.rules.non_response_rows import non_response_rows
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import recreate_tables


@dataclass(frozen=True)
class Basis:
    """What a computation rests on: deliveries up to ``as_of``, identified by ``data_version``."""

    as_of: date
    data_version: str


def current_basis(engine: sa.Engine) -> Basis:
    """Return the newest delivery date and a hash over every delivered file and its contract.

    Raises:
        CcdsError: If nothing was delivered yet.
    """
    with engine.begin() as connection:
        create_warehouse(connection)
        newest = connection.execute(
            sa.text("SELECT max(delivery_on) FROM ops.delivery WHERE status = 'loaded'")
        ).scalar_one()
        return basis_of(connection, newest or date.min)


def basis_of(connection: sa.Connection, as_of: date) -> Basis:
    """Return what was delivered up to a day: a hash over every file and its contract.

    Raises:
        CcdsError: If nothing was delivered by then.
    """
    rows = connection.execute(
        sa.text(
            "SELECT delivery_on, source_id, file_number, digest, contract_version FROM ops.delivery "
            "WHERE status = 'loaded' AND delivery_on <= :as_of "
            "ORDER BY source_id, delivery_on, file_number"
        ),
        {"as_of": as_of},
    ).all()
    if not rows:
        raise CcdsError(
            "no delivery could be loaded"
            + ("" if as_of == date.min else f" by {as_of}")
            + ", so there is nothing to compute",
            rule="deliveries_exist",
            remedy="Correct what was reported above, or put deliveries into the landing folder."
            if as_of == date.min
            else "Give a later date; deliveries carry their dates in the landing folder.",
        )
    withdrawn = connection.execute(
        sa.text(
            "SELECT delivery_on, source_id, file_number, reason, rows_n FROM ops.excluded "
            "WHERE reason IN ('erased', 'past_retention') AND delivery_on <= :as_of "
            "ORDER BY source_id, delivery_on, file_number, reason"
        ),
        {"as_of": as_of},
    ).all()
    content = "\n".join("\t".join(str(cell) for cell in row) for row in (*rows, *withdrawn))
    return Basis(as_of, hashlib.sha256(content.encode()).hexdigest()[:16])


def refresh_core(engine: sa.Engine, programme: Programme, basis: Basis) -> dict[str, int]:
    """Rebuild the star schema from staging; return the number of rows by table name."""
    with engine.begin() as connection:
        recreate_tables(connection, (*tables_of("core"), *tables_of("kpi", "sql", "computed", "theme")))
        return fill_core(connection, programme, basis)


def fill_core(connection: sa.Connection, programme: Programme, basis: Basis) -> dict[str, int]:
    """Fill the empty tables of core; return the number of rows by table name."""
    frames = definition_frames(programme)
    frames["dim_icb"] = with_loaded_boards(connection, frames["dim_icb"])
    for table in tables_of("core", "definition"):
        if len(frames[table.name]):
            append(connection, table, frames[table.name])
    counts = fill_tables(connection, tables_of("core", "sql"), parameters={"as_of": basis.as_of})
    return {name: len(frame) for name, frame in frames.items()} | counts


def refresh_kpis(engine: sa.Engine, programme: Programme, basis: Basis, *, run_id: str) -> dict[str, int]:
    """Recompute every KPI from core; return the number of rows by table name."""
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
