"""From exact KPIs to what readers see: a release candidate, checked, then moved into place.

What may be released is decided in ``candidate``; moving a file safely belongs in ``warehouse.publish``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.core.basis import Basis, current_basis
from ccds_pipeline.kpi.chart_rows import control_chart_rows
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.answers import released_answers
from ccds_pipeline.release.approval import refuse_unready
from ccds_pipeline.release.bias import ShareError, share_error
from ccds_pipeline.release.candidate import (
    candidate_cells,
    fingerprint_of,
    refuse_identifiers,
    released_columns,
    without_blank_walls,
)
from ccds_pipeline.release.cells import release_cells, sensitive_kpis
from ccds_pipeline.release.claims import released_claims
from ccds_pipeline.release.companion_cells import is_companion
from ccds_pipeline.release.counts import released_links, released_non_response
from ccds_pipeline.release.dimensions import dimension_frames, labelled
from ccds_pipeline.release.labels import source_labels, with_part_names, with_texts
from ccds_pipeline.release.ledger import count_contributions, next_number
from ccds_pipeline.release.publication import history_of, publish_checked
from ccds_pipeline.release.themes import released_themes, sensitive_themes
from ccds_pipeline.schemas.contract import TABLES_VERSION
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, arrow_table, read_frame, readable
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.select_files import fill_tables, select_frame
from ccds_pipeline.warehouse.tables import create_tables


def build_candidate(
    engine: sa.Engine,
    programme: Programme,
    candidate: Path,
    *,
    note: str,
    earlier: Path | None = None,
    outstanding: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Write what would be released into a file of its own; return the number of rows by table name.

    Args:
        engine: The warehouse, with KPIs.
        programme: Gives thresholds and labels.
        candidate: A new DuckDB file; one that is left from an earlier run is replaced.
        note: Shown wherever the data is shown; empty for real data.
        earlier: The release that readers have, whose history is carried on; None where there is none.
        outstanding: How many deliveries of a source are not loaded, where a release without them is wanted.

    Raises:
        CheckFailedError: If a cell shows an identifier; there is no candidate then.
    """
    with engine.connect() as connection:
        exact = read_frame(connection, table_of("kpi.kpi"))
    basis = _basis_of(exact) or current_basis(engine)
    with engine.begin() as connection:
        cells = _write_cells(connection, exact, programme, basis)
        boards = read_frame(connection, table_of("core.dim_icb"))
    released = released_columns(cells)
    present = without_blank_walls(released[~is_companion(released)])
    error = share_error(exact, cells)
    frames = {"kpi": present, "control_chart": control_chart_rows(present)}
    frames |= _frames_beside(released, programme)
    frames |= _selected_frames(engine, programme, basis, outstanding or {}, note=note)
    frames["claim"] = released_claims(engine, programme, exact, present)
    frames = _with_dimensions(frames, programme, boards)
    # control: each release is scanned for identifiers
    refuse_identifiers(frames, declared=programme.texts | {note})
    counts = _write_file(candidate, frames, history_of(earlier))
    with engine.begin() as connection:
        _write_candidate(connection, error, basis, _fingerprint(candidate))
    return counts


def check_candidate(engine: sa.Engine, programme: Programme, candidate: Path) -> None:
    """Make sure that this candidate is the one that was built, and approved where that is asked for.

    Raises:
        CheckFailedError: If not; the earlier release stays up.
    """
    fingerprint = _fingerprint(candidate)
    with engine.begin() as connection:
        refuse_unready(connection, programme, fingerprint)


def publish_candidate(
    engine: sa.Engine, programme: Programme, candidate: Path, target: Path, *, inputs: str
) -> dict[str, int]:
    """Move the checked candidate in front of readers; return the number of rows by table name.

    Args:
        engine: The warehouse.
        programme: Says whether a release needs an approval.
        candidate: The file of the candidate.
        target: What readers open.
        inputs: Hash of what the candidate was computed from.

    Raises:
        CheckFailedError: If it is not to be released; the earlier release stays up.
        CcdsError: If it cannot be moved safely; the earlier release stays up.
    """
    # control: only the checked candidate goes up
    check_candidate(engine, programme, candidate)
    return publish_checked(engine, programme, candidate, target, inputs=inputs)


def _write_cells(
    connection: sa.Connection, exact: pd.DataFrame, programme: Programme, basis: Basis
) -> pd.DataFrame:
    """Decide what is released of the present KPIs and of what is counted beside them, and note it."""
    count_contributions(connection)
    cells = release_cells(connection, exact, programme, basis)
    sensitive = sensitive_kpis(programme) | sensitive_themes(cells, programme)
    built = candidate_cells(connection, cells, programme.release, sensitive=sensitive)
    append(connection, table_of("ops.candidate_cell"), built)
    return built


def _write_candidate(connection: sa.Connection, error: ShareError, basis: Basis, fingerprint: str) -> None:
    row = {
        "fingerprint": fingerprint,
        "release_n": next_number(connection),
        "data_version": basis.data_version,
        "built_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "shares_n": error.shares_n,
        "share_error": error.mean,
        "share_error_se": error.standard_error,
    }
    append(connection, table_of("ops.candidate"), pd.DataFrame([row]))


def _with_dimensions(
    frames: Mapping[str, pd.DataFrame], programme: Programme, boards: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Add the dimensions, and the names of what the tables refer to."""
    groups = (frames[name] for name in ("kpi", "control_chart", "theme", "session_summary"))
    dimensions = dimension_frames(frames["kpi"], groups, programme, boards)
    named = {
        name: labelled(frame, table_of(f"reporting.{name}"), dimensions) for name, frame in frames.items()
    }
    return {**dimensions, **named, "kpi": with_texts(named["kpi"])}


def _write_file(candidate: Path, frames: Mapping[str, pd.DataFrame], history: pd.DataFrame) -> dict[str, int]:
    """Write the tables into a new file, with what is derived from them; return their numbers of rows."""
    for stale in (candidate, candidate.with_name(candidate.name + ".wal")):
        stale.unlink(missing_ok=True)
    with open_database(candidate) as target, target.begin() as connection:
        create_tables(connection, tables_of("reporting"))
        for table in tables_of("reporting", "definition", "released", "sql"):
            append(connection, table, frames[table.name])
        connection.execute(sa.text("SET preserve_insertion_order = true"))
        earlier = arrow_table(history, table_of("reporting.release_history").columns)
        with readable(connection, "earlier_release", earlier):
            derived = fill_tables(connection, tables_of("reporting", "derived"), parameters={})
    return {name: len(frame) for name, frame in frames.items()} | derived


def _fingerprint(candidate: Path) -> str:
    """Return the hash of what a candidate's file shows; the release itself has a name of its own."""
    with open_database(candidate) as built, built.connect() as connection:
        return fingerprint_of(read_frame(connection, table) for table in tables_of("reporting", "released"))


def _frames_beside(released: pd.DataFrame, programme: Programme) -> dict[str, pd.DataFrame]:
    """Return the tables that are made of what is counted beside the KPIs."""
    return {
        "answer": released_answers(released, programme),
        "theme": released_themes(released, programme),
        "link_quality": released_links(released),
        "non_response": with_part_names(released_non_response(released)),
    }


def _basis_of(exact: pd.DataFrame) -> Basis | None:
    """Return what the KPIs rest on; nothing for a programme without KPIs."""
    if exact.empty:
        return None
    row = exact.iloc[0]
    return Basis(pd.Timestamp(row["as_of"]).date(), str(row["data_version"]))


def _selected_frames(
    engine: sa.Engine, programme: Programme, basis: Basis, outstanding: Mapping[str, int], *, note: str
) -> dict[str, pd.DataFrame]:
    """Return the tables that a statement selects: programme, sessions, data status and release."""
    released_at = datetime.now(UTC).replace(microsecond=0)
    parameters = {
        "note": note,
        "release_id": released_at.strftime("%Y%m%dT%H%M%SZ") + "-" + basis.data_version,
        "released_at": released_at.replace(tzinfo=None),
        "as_of": basis.as_of,
        "data_version": basis.data_version,
        "code_version": __version__,
        "tables_version": TABLES_VERSION,
    }
    left = pd.DataFrame({"source_id": [*outstanding], "outstanding_n": [*outstanding.values()]})
    left = left.astype({"source_id": "str", "outstanding_n": "int64"})
    with engine.connect() as connection, readable(connection, "outstanding", left):
        frames = {
            table.name: select_frame(connection, table, parameters=parameters)
            for table in tables_of("reporting", "sql")
        }
    status = frames["data_status"]
    return frames | {"data_status": status.assign(source_label=source_labels(status["source_id"], programme))}
