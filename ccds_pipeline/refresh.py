"""From staging to what readers see: core, KPIs, a release candidate.

Each step replaces its tables as a whole, in one transaction. What a table holds is written in
``sql/``; statistics are in ``metrics``, disclosure control in ``privacy.release``, and moving the
candidate into place in ``warehouse.publish``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.comments.read import read_comments
from ccds_pipeline.comments.release import release_themes
from ccds_pipeline.comments.themes import code_comments, count_themes
from ccds_pipeline.errors import CcdsError
from ccds_pipeline.metrics.kpi_rows import build_kpi_rows
from ccds_pipeline.privacy.generalise import label_of
from ccds_pipeline.privacy.release import release_kpis
from ccds_pipeline.programme.model import Change, Mean, Programme, TopShare
from ccds_pipeline.schemas import core, kpi, staging
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.definitions import definition_frames
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.ledger import create_warehouse
from ccds_pipeline.warehouse.publish import publish
from ccds_pipeline.warehouse.select_files import fill_tables, select_frame
from ccds_pipeline.warehouse.tables import create_file_tables, recreate_tables


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
        rows = connection.execute(
            sa.text(
                "SELECT delivery_on, source_id, file_number, digest, contract_version FROM ops.delivery "
                "WHERE status = 'loaded' ORDER BY source_id, delivery_on, file_number"
            )
        ).all()
    if not rows:
        raise CcdsError(
            "no delivery could be loaded, so there is nothing to compute",
            rule="deliveries_exist",
            remedy="Correct what was reported above, or put deliveries into the landing folder.",
        )
    content = "\n".join("\t".join(str(cell) for cell in row) for row in rows)
    return Basis(max(row[0] for row in rows), hashlib.sha256(content.encode()).hexdigest()[:16])


def refresh_core(engine: sa.Engine, programme: Programme, basis: Basis) -> dict[str, int]:
    """Rebuild the star schema from staging; return the number of rows by table name."""
    with engine.begin() as connection:
        recreate_tables(connection, (*core.TABLES, *kpi.TABLES, *kpi.THEME_TABLES))
        frames = definition_frames(programme)
        for table in core.DEFINITION_TABLES:
            if len(frames[table.name]):
                append(connection, table, frames[table.name])
        counts = fill_tables(connection, core.SQL_TABLES, parameters={"as_of": basis.as_of})
    return {name: len(frame) for name, frame in frames.items()} | counts


def refresh_kpis(engine: sa.Engine, programme: Programme, basis: Basis, *, run_id: str) -> dict[str, int]:
    """Recompute every KPI from core; return the number of rows by table name."""
    with engine.begin() as connection:
        recreate_tables(connection, kpi.TABLES)
        counts = fill_tables(connection, kpi.SQL_TABLES, parameters={"as_of": basis.as_of})
        rows = build_kpi_rows(
            programme,
            {table.name: read_frame(connection, table) for table in kpi.AGGREGATE_TABLES},
            as_of=basis.as_of,
            data_version=basis.data_version,
            code_version=__version__,
            run_id=run_id,
        )
        append(connection, kpi.KPI, rows)
    return counts | {kpi.KPI.name: len(rows)}


def refresh_themes(engine: sa.Engine, programme: Programme) -> dict[str, int]:
    """Code the comments of valid responses anew and count them; return the number of rows by table name."""
    with engine.begin() as connection:
        recreate_tables(connection, kpi.THEME_TABLES)
        coded = code_comments(read_comments(connection), programme.themes)
        counts = count_themes(coded, programme.themes)
        return {
            table.name: append(connection, table, frame)
            for table, frame in ((kpi.COMMENT_THEME, coded), (kpi.THEME_COUNT, counts))
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


def headline_values(engine: sa.Engine) -> dict[str, HeadlineValue]:
    """Return the overall headline value of each KPI by its identifier; the first wave's where several."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT kpi_id, value, denominator, ci_low, ci_high, met, assured FROM kpi.kpi "
                "WHERE breakdown = 'all' AND is_headline ORDER BY kpi_id, wave DESC"
            )
        )
        return {kpi_id: HeadlineValue(*values) for kpi_id, *values in rows}


def build_candidate(engine: sa.Engine, programme: Programme, candidate: Path, *, note: str) -> dict[str, int]:
    """Write what would be released into a file of its own; return the number of rows by table name.

    Args:
        engine: The warehouse, with KPIs.
        programme: Gives thresholds and labels.
        candidate: A new DuckDB file; one that is left from an earlier run is replaced.
        note: Said wherever the data is shown; empty for real data.
    """
    with engine.connect() as connection:
        exact = read_frame(connection, kpi.KPI)
        released_at = datetime.now(UTC).replace(microsecond=0)
        parameters = {
            "note": note,
            "release_id": released_at.strftime("%Y%m%dT%H%M%SZ") + "-" + exact["data_version"].iloc[0],
            "released_at": released_at.replace(tzinfo=None),
            "code_version": __version__,
        }
        frames = {
            table.name: select_frame(connection, table, parameters=parameters)
            for table in kpi.REPORTING_TABLES
            if table not in (kpi.REPORTING_KPI, kpi.REPORTING_THEME)
        }
        theme_counts = read_frame(connection, kpi.THEME_COUNT)
    frames[kpi.REPORTING_KPI.name] = _labelled(_released(exact, programme), programme)
    frames[kpi.REPORTING_THEME.name] = release_themes(theme_counts, programme)
    for stale in (candidate, candidate.with_name(candidate.name + ".wal")):
        stale.unlink(missing_ok=True)
    with open_warehouse(candidate) as target, target.begin() as connection:
        create_file_tables(connection, kpi.REPORTING_TABLES)
        for table in kpi.REPORTING_TABLES:
            append(connection, table, frames[table.name])
    return {name: len(frame) for name, frame in frames.items()}


def publish_candidate(engine: sa.Engine, candidate: Path, target: Path) -> dict[str, int]:
    """Move the checked candidate in front of readers; return the number of rows by table name.

    The release is noted in the ledger.

    Raises:
        CcdsError: If it cannot be moved safely; the earlier release stays up.
    """
    with open_warehouse(candidate) as built, built.connect() as connection:
        frames = {table.name: read_frame(connection, table) for table in kpi.REPORTING_TABLES}
        connection.execute(sa.text("CHECKPOINT"))
    publish(candidate, target)
    kpis, release = frames[kpi.REPORTING_KPI.name], frames[kpi.REPORTING_RELEASE.name]
    row = release.assign(kpi_rows_n=len(kpis), suppressed_n=int(kpis["suppressed"].sum()))
    with engine.begin() as connection:
        known = sa.text("DELETE FROM ops.release WHERE release_id = :release_id")
        connection.execute(known, {"release_id": release["release_id"].iloc[0]})
        append(connection, staging.RELEASE, row)
    return {name: len(frame) for name, frame in frames.items()}


def _released(exact: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Apply disclosure control; KPIs of sensitive questions are held to the stricter rule."""
    sensitive = {
        kpi.id
        for kpi in programme.kpis
        if isinstance(kpi.rule, TopShare | Mean | Change)
        and programme.questions_by_id[kpi.rule.question].sensitive
    }
    return release_kpis(exact, rules=programme.release, sensitive=sensitive)


def _labelled(released: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    order = {kpi.id: place for place, kpi in enumerate(programme.kpis, start=1)}
    labels = {kpi.id: kpi.label for kpi in programme.kpis}
    return released.assign(
        kpi_label=released["kpi_id"].map(labels),
        kpi_order=released["kpi_id"].map(order),
        level_label=[
            label_of(breakdown, level)
            for breakdown, level in zip(released["breakdown"], released["level"], strict=True)
        ],
    )
