"""Publishing in two phases: the intent, the move, the confirmation; and the releases that are kept.

A run can be killed between any two of them. What was intended is settled at the next start: confirmed where
readers have it, undone where they have not. Moving a file safely is ``warehouse.publish``; what may be
released is decided in ``candidate``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.errors import CheckFailedError, UsageError
from ccds_pipeline.ingest.installation import configuration_digest
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.reference.tables import read_reference
from ccds_pipeline.release.claims import keep_claims
from ccds_pipeline.release.ledger import write_release
from ccds_pipeline.schemas.contract import is_readable
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.migrations import schema_version
from ccds_pipeline.warehouse.publish import publish, refuse_unreleased

KEPT_RELEASES = 5
_FORMER_NAME = "reporting.duckdb"
INTENDED, PUBLISHED, UNDONE = "intended", "published", "undone"
Frames = Mapping[str, pd.DataFrame]


def publish_checked(
    engine: sa.Engine, programme: Programme, candidate: Path, target: Path, *, inputs: str
) -> dict[str, int]:
    """Move a checked candidate in front of readers; return the number of rows by table name.

    Args:
        engine: The warehouse; the release is noted in its ledger, with who contributed to it.
        programme: Gives the claims that are kept.
        candidate: The released tables in a file of their own.
        target: What readers open.
        inputs: Hash of what the release was computed from.

    Raises:
        CcdsError: If it cannot be moved safely; the earlier release stays up.
    """
    frames = _released(candidate, closes=True)
    row = {"release_id": _id_of(frames), "inputs": inputs, "intended_at": _now(), "outcome": INTENDED}
    with engine.begin() as connection:
        known = sa.text("DELETE FROM ops.publication WHERE release_id = :release_id")
        connection.execute(known, {"release_id": row["release_id"]})
        append(connection, table_of("ops.publication"), pd.DataFrame([row | {"settled_at": None}]))
    publish(candidate, target)
    # A release of before would be taken for the present one.
    target.with_name(_FORMER_NAME).unlink(missing_ok=True)
    _confirm(engine, programme, frames)
    _keep(target, _id_of(frames))
    return {name: len(frame) for name, frame in frames.items()}


def settle_publication(engine: sa.Engine, programme: Programme, target: Path) -> str | None:
    """Finish or undo what an earlier run intended and did not settle; return what became of it."""
    with engine.connect() as connection:
        statement = sa.text("SELECT release_id FROM ops.publication WHERE outcome = :intended")
        intended = list(connection.execute(statement, {"intended": INTENDED}).scalars())
    if not intended:
        return None
    frames = _released(target) if target.exists() else None
    if frames is not None and _id_of(frames) in intended:
        _confirm(engine, programme, frames)
        _keep(target, _id_of(frames))
        return PUBLISHED
    with engine.begin() as connection:
        _settle(connection, UNDONE)
    return UNDONE


def release_inputs(engine: sa.Engine, settings: Settings) -> str:
    """Return a hash of everything that a release is computed from: deliveries, programme, tables and code.

    Raises:
        CcdsError: If nothing was delivered yet.
    """
    basis = current_basis(engine)
    configuration = configuration_digest(settings, read_reference(settings.reference_folder))
    content = f"{basis.as_of} {basis.data_version} {configuration} {__version__} {schema_version()}"
    return hashlib.sha256(content.encode()).hexdigest()


def note_computation(engine: sa.Engine, inputs: str) -> None:
    """Note what a computation that begins now is made from, in place of the one before."""
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM ops.computation"))
        row = pd.DataFrame([{"inputs": inputs, "begun_at": _now()}])
        append(connection, table_of("ops.computation"), row)


def computed_inputs(connection: sa.Connection) -> str | None:
    """Return the hash of what core and KPIs are computed from; None where they are not."""
    return connection.execute(sa.text("SELECT inputs FROM ops.computation")).scalar()


def refuse_changed_inputs(engine: sa.Engine, inputs: str) -> None:
    """Make sure that what a release is computed from did not change since its computation began.

    Raises:
        CheckFailedError: Rule ``inputs_unchanged``; the earlier release stays up.
    """
    with engine.connect() as connection:
        begun_with = computed_inputs(connection)
    if begun_with != inputs:
        raise CheckFailedError(
            "the programme file, a table or a delivery changed while the release was computed",
            rule="inputs_unchanged",
            remedy="Run ccds run again; the earlier release stays up until then.",
        )


def last_inputs(connection: sa.Connection) -> str | None:
    """Return the hash of what the newest published release was computed from."""
    return connection.execute(
        sa.text(
            "SELECT inputs FROM ops.publication WHERE outcome = :published ORDER BY settled_at DESC LIMIT 1"
        ),
        {"published": PUBLISHED},
    ).scalar()


def release_id_of(release: Path) -> str:
    """Return which release a released file is.

    Raises:
        ConfigurationError: Rule ``release_exists`` if nothing was released yet.
    """
    refuse_unreleased(release)
    with open_database(release, read_only=True) as engine, engine.connect() as connection:
        return str(connection.execute(sa.text("SELECT release_id FROM reporting.release")).scalar_one())


def history_of(release: Path | None) -> pd.DataFrame:
    """Return the headlines of a release and of those before it, as it shows them itself.

    Args:
        release: The file that readers have; None where there is none.

    Returns:
        Rows of ``reporting.release_history``; none of a release whose tables are of another major version.
    """
    table = table_of("reporting.release_history")
    if release is not None and release.exists():
        with open_database(release, read_only=True) as engine, engine.connect() as connection:
            if is_readable(_tables_version(connection)):
                return read_frame(connection, table)
    return pd.DataFrame(columns=table.column_names)


def _tables_version(connection: sa.Connection) -> str | None:
    """Return the version of a release's tables; None where it says none."""
    known = sa.text(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'reporting' "
        "AND table_name = 'release' AND column_name = 'tables_version'"
    )
    if not connection.execute(known).scalar_one():
        return None
    return str(connection.execute(sa.text("SELECT tables_version FROM reporting.release")).scalar_one())


def kept_releases(target: Path) -> list[Path]:
    """Return the files of the last releases, the newest first."""
    return sorted(_folder(target).glob("*.duckdb"), reverse=True)


def roll_back(engine: sa.Engine, target: Path, release_id: str) -> None:
    """Put an earlier release in front of readers again, and note that.

    Raises:
        UsageError: If it is not kept, somebody was erased since (it would count them again), or its tables
            are not those of this version.
        CcdsError: If it cannot be moved safely.
    """
    kept = {path.stem: path for path in kept_releases(target)}
    if release_id not in kept:
        raise UsageError(
            "this release is not kept",
            place=release_id,
            rule="release_is_kept",
            remedy=f"Give one of: {', '.join(kept) or 'none is kept yet'}.",
        )
    _refuse_before_erasure(engine, release_id)
    _refuse_other_tables(kept[release_id])
    aside = target.with_name(f"{target.name}.rollback")
    shutil.copyfile(kept[release_id], aside)
    publish(aside, target)
    with engine.begin() as connection:
        record_act(connection, "rollback", {"release_id": release_id})


def _refuse_before_erasure(engine: sa.Engine, release_id: str) -> None:
    with engine.connect() as connection:
        statement = sa.text(
            "SELECT count(*) FROM ops.audit WHERE action = 'erasure' AND sequence_n > coalesce(("
            "SELECT max(sequence_n) FROM ops.audit "
            "WHERE action = 'release' AND contains(details, :release_id)), 0)"
        )
        erasures = connection.execute(statement, {"release_id": release_id}).scalar_one()
    if erasures:
        raise UsageError(
            "somebody was erased since this release, and it still counts them",
            place=release_id,
            rule="release_before_erasure",
            remedy="Give a release from after the erasure, or make a new one: ccds run.",
        )


def _refuse_other_tables(release: Path) -> None:
    with open_database(release, read_only=True) as engine, engine.connect() as connection:
        if is_readable(_tables_version(connection)):
            return
    raise UsageError(
        "the tables of this release are those of another version of the package",
        place=release.stem,
        rule="release_tables_version",
        remedy="Give a later release, or make a new one: ccds run.",
    )


def _confirm(engine: sa.Engine, programme: Programme, frames: Frames) -> None:
    """Note the release that readers have in ledger and audit trail, in one transaction."""
    kpis, release = frames["kpi"], frames["release"]
    row = release.assign(kpi_rows_n=len(kpis), suppressed_n=int(kpis["suppressed"].sum()))
    details = {name: str(release[name].iloc[0]) for name in ("release_id", "data_version", "code_version")}
    with engine.begin() as connection:
        known = sa.text("DELETE FROM ops.release WHERE release_id = :release_id")
        connection.execute(known, {"release_id": _id_of(frames)})
        append(connection, table_of("ops.release"), row)
        write_release(connection)
        keep_claims(connection, programme, frames["claim"])
        record_act(connection, "release", details | {"kpi_rows_n": len(kpis)})
        _settle(connection, PUBLISHED)


def _settle(connection: sa.Connection, outcome: str) -> None:
    connection.execute(
        # A clock that went back must not make this one older than those before.
        sa.text(
            "UPDATE ops.publication SET outcome = :outcome, settled_at = greatest("
            ":now, (SELECT max(settled_at) + INTERVAL '1 second' FROM ops.publication)) "
            "WHERE outcome = :intended"
        ),
        {"outcome": outcome, "now": _now(), "intended": INTENDED},
    )


def _released(database: Path, *, closes: bool = False) -> dict[str, pd.DataFrame]:
    """Return the released tables of a file; one that is to be moved gets no write-ahead file."""
    with open_database(database, read_only=not closes) as built, built.connect() as connection:
        frames = {table.name: read_frame(connection, table) for table in tables_of("reporting")}
        if closes:
            connection.execute(sa.text("CHECKPOINT"))
    return frames


def _keep(target: Path, release_id: str) -> None:
    """Keep a release beside the last ones, without a second copy where the file system can."""
    folder = _folder(target)
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder / f"{release_id}.duckdb"
    kept.unlink(missing_ok=True)
    try:
        os.link(target, kept)
    except OSError:
        shutil.copyfile(target, kept)
    others = [path for path in kept_releases(target) if path != kept]
    for old in others[KEPT_RELEASES - 1 :]:
        with suppress(OSError):
            old.unlink()


def _folder(target: Path) -> Path:
    return target.parent / "releases"


def _id_of(frames: Frames) -> str:
    return str(frames["release"]["release_id"].iloc[0])


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
