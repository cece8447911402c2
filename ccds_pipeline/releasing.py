"""From exact KPIs to what readers see: a release candidate, checked, then moved into place.

What may be released is decided in ``privacy.release``; moving a file safely belongs in
``warehouse.publish``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.checked_claims import ExactByDay, exact_by_day
from ccds_pipeline.comments.release import release_themes
from ccds_pipeline.metrics.chart_rows import control_chart_rows
from ccds_pipeline.metrics.claims import WITHHELD, claim_rows
from ccds_pipeline.privacy.generalise import label_of
from ccds_pipeline.privacy.release import release_kpis
from ccds_pipeline.programme.model import (
    NEVER_RELEASED,
    Change,
    Mean,
    Programme,
    Sustained,
    TopShare,
)
from ccds_pipeline.schemas import kpi, staging
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.publish import publish
from ccds_pipeline.warehouse.select_files import select_frame
from ccds_pipeline.warehouse.tables import create_new_tables


def build_candidate(engine: sa.Engine, programme: Programme, candidate: Path, *, note: str) -> dict[str, int]:
    """Write what would be released into a file of its own; return the number of rows by table name.

    Args:
        engine: The warehouse, with KPIs.
        programme: Gives thresholds and labels.
        candidate: A new DuckDB file; one that is left from an earlier run is replaced.
        note: Said wherever the data is shown; empty for real data.
    """
    exact = exact_by_day(engine, programme, run_id="release")
    released = {day: _released(rows, programme) for day, rows in exact.items()}
    frames = _released_frames(released[None], programme) | _selected_frames(engine, released[None], note=note)
    frames[kpi.REPORTING_CLAIM.name] = _released_claims(exact, released, programme)
    with engine.connect() as connection:
        frames[kpi.REPORTING_THEME.name] = release_themes(read_frame(connection, kpi.THEME_COUNT), programme)
    for stale in (candidate, candidate.with_name(candidate.name + ".wal")):
        stale.unlink(missing_ok=True)
    with open_warehouse(candidate) as target, target.begin() as connection:
        create_new_tables(connection, kpi.REPORTING_TABLES)
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
        told = {name: str(release[name].iloc[0]) for name in ("release_id", "data_version", "code_version")}
        record_act(connection, "release", told | {"kpi_rows_n": len(kpis)})
    return {name: len(frame) for name, frame in frames.items()}


def _released_frames(present: pd.DataFrame, programme: Programme) -> dict[str, pd.DataFrame]:
    """Return the tables that are made of the released KPIs."""
    charts = control_chart_rows(present)
    return {
        kpi.REPORTING_KPI.name: _labelled(present, programme),
        kpi.REPORTING_CONTROL_CHART.name: charts.assign(level_label=_level_labels(charts, programme)),
    }


def _released_claims(exact: ExactByDay, released: ExactByDay, programme: Programme) -> pd.DataFrame:
    """Return the claims with released values; whether they stand is judged on the unrounded ones."""
    run_id = released[None]["run_id"].iloc[0]
    shown = claim_rows(programme, released, run_id=run_id)
    judged = claim_rows(programme, exact, run_id=run_id)["state"]
    return shown.assign(state=judged.where(shown["state"] != WITHHELD, WITHHELD))


def _selected_frames(engine: sa.Engine, present: pd.DataFrame, *, note: str) -> dict[str, pd.DataFrame]:
    """Return the tables that a statement selects: programme, state of the data, and the release itself."""
    released_at = datetime.now(UTC).replace(microsecond=0)
    parameters = {
        "note": note,
        "release_id": released_at.strftime("%Y%m%dT%H%M%SZ") + "-" + present["data_version"].iloc[0],
        "released_at": released_at.replace(tzinfo=None),
        "code_version": __version__,
    }
    with engine.connect() as connection:
        return {
            table.name: select_frame(connection, table, parameters=parameters)
            for table in kpi.SELECTED_REPORTING_TABLES
        }


def _released(exact: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Apply disclosure control; KPIs of sensitive questions are held to the stricter rule."""
    sensitive = {
        one.id
        for one in programme.kpis
        if isinstance(one.rule, TopShare | Mean | Change | Sustained)
        and programme.questions_by_id[one.rule.question].sensitive
    }
    may_leave = exact[~exact["breakdown"].isin(NEVER_RELEASED)]
    return release_kpis(may_leave, rules=programme.release, sensitive=sensitive)


def _labelled(released: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    order = {one.id: place for place, one in enumerate(programme.kpis, start=1)}
    labels = {one.id: one.label for one in programme.kpis}
    return released.assign(
        kpi_label=released["kpi_id"].map(labels),
        kpi_order=released["kpi_id"].map(order),
        level_label=_level_labels(released, programme),
    )


def _level_labels(rows: pd.DataFrame, programme: Programme) -> list[str]:
    phases = {phase.id: phase.label for phase in programme.phases}
    return [
        _level_label(breakdown, level, phases)
        for breakdown, level in zip(rows["breakdown"], rows["level"], strict=True)
    ]


def _level_label(breakdown: str, level: str, phases: Mapping[str, str]) -> str:
    match breakdown:
        case "phase":
            return phases.get(level, "Unknown")
        case "all" | "month" | "session" | "delivery_mode":
            return level[:1].upper() + level[1:].replace("_", " ")
        case _:
            return label_of(breakdown, level)
