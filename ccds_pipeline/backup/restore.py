"""Put a backup in place of a warehouse that is gone, damaged or older; and what is refused until then.

Everything is read back and checked aside first. The warehouse is moved into place last: until then the
command can be given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from ccds_pipeline.backup.generations import Generation, generations, only_writer
from ccds_pipeline.backup.make import space_named
from ccds_pipeline.backup.manifest import RELEASE, WAREHOUSE, Manifest, manifest_of, read_back
from ccds_pipeline.backup.sealing import backup_key
from ccds_pipeline.backup.snapshot import REFERENCE, RELEASES
from ccds_pipeline.errors import ConfigurationError, UsageError
from ccds_pipeline.release.publication import kept_releases, release_id_of
from ccds_pipeline.run_folder import run_folder
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.audit import audit_trail, record_act
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.mark import erased_before, keep_mark, remove_mark
from ccds_pipeline.warehouse.publish import publish
from ccds_pipeline.warehouse.rewrite import file_aside
from ccds_pipeline.warehouse.tables import create_warehouse
from ccds_pipeline.warehouse.versions import version_of

_IF_DAMAGED = (
    "Move warehouse.duckdb, and warehouse.duckdb.wal if there is one, away, and run ccds restore again."
)


def restore(settings: Settings, generation: Generation, *, overwrite: bool) -> Manifest:
    """Put warehouse and releases of a backup in place, and note that on the audit trail.

    Core and KPIs are computed by the next run; of a backup of the state, the deliveries are loaded by it too.

    Args:
        settings: Where to put them.
        generation: The backup.
        overwrite: Also where that loses what is newer.

    Raises:
        ConfigurationError: If what is there is newer, or people were erased since; if the backup is encrypted
            and the key is missing; if a newer version of this package made it.
        CheckFailedError: If the backup is not what its manifest says; nothing is changed.
        BusyError: If another process holds the warehouse, or backups are at work.
        CcdsError: If the present warehouse is damaged: it has to be moved away.
    """
    key, target = backup_key(settings), settings.warehouse_file
    with (
        space_named(settings.data_dir),
        only_writer(settings.backups_folder),
        file_aside(settings.restored_file) as aside,
    ):
        content = aside.parent / "content"
        content.mkdir(mode=0o700)
        manifest = read_back(generation.path, content, key=key)
        with _held(target) as present:
            if not overwrite:
                _refuse_erased_since(target, manifest)
                _refuse_newer_warehouse(present, manifest)
                _refuse_newer_release(settings.reporting_file, content)
            _note_restored(content / WAREHOUSE, target, generation)
            _put_files(settings, content)
            publish(content / WAREHOUSE, target)
    return manifest


def refuse_unrestored(settings: Settings) -> None:
    """Refuse to make a warehouse where there are backups of one; its list of erased people is in them.

    Raises:
        ConfigurationError: Rule ``warehouse_is_not_restored``.
    """
    if settings.warehouse_file.exists() or not generations(settings.backups_folder):
        return
    raise ConfigurationError(
        "there is no warehouse, and there are backups of one, which hold the list of erased people",
        place=settings.warehouse_file.name,
        rule="warehouse_is_not_restored",
        remedy="Bring it back with ccds restore. Only if nobody was ever erased: ccds run --nobody-erased.",
    )


def begin_anew(settings: Settings) -> None:
    """Make a new warehouse where one is lost; an operator says that nobody was ever erased, and it is noted.

    Raises:
        UsageError: If there is a warehouse.
        ConfigurationError: If somebody is known to have been erased.
    """
    if settings.warehouse_file.exists():
        raise UsageError(
            "there is a warehouse, with its list of erased people",
            place=settings.warehouse_file.name,
            rule="warehouse_is_gone",
            remedy="Leave --nobody-erased out.",
        )
    erased = max(erased_before(settings.warehouse_file) or 0, _erased_in_backup(settings))
    if erased:
        raise ConfigurationError(
            f"{erased:,} people are known to have been erased here",
            rule="nobody_erased",
            remedy="Bring the list back with ccds restore. Without a backup, docs/warehouse.md says what is "
            "left.",
        )
    remove_mark(settings.warehouse_file)
    with open_warehouse(settings.warehouse_file) as engine, engine.begin() as connection:
        create_warehouse(connection)
        record_act(connection, "nobody_erased", {})


def _erased_in_backup(settings: Settings) -> int:
    """Return how many people the list of the newest backup has; none without a backup."""
    found = generations(settings.backups_folder)
    if not found:
        return 0
    with run_folder(settings.runs_folder) as aside:
        return manifest_of(found[0], aside, key=backup_key(settings)).people_erased_n


@contextmanager
def _held(warehouse: Path) -> Iterator[sa.Connection | None]:
    """Hold the present warehouse until another takes its place; None where there is none."""
    if not warehouse.exists():
        yield None
        return
    with open_database(warehouse, if_damaged=_IF_DAMAGED) as engine, engine.connect() as connection:
        connection.execute(sa.text("CHECKPOINT"))
        connection.commit()
        yield connection


def _refuse_erased_since(warehouse: Path, manifest: Manifest) -> None:
    missing = (erased_before(warehouse) or 0) - manifest.people_erased_n
    # control: a backup from before an erasure brings nobody back
    if missing > 0:
        raise ConfigurationError(
            f"{missing:,} people were erased after this backup, and the next run would bring them back",
            rule="backup_has_the_erased",
            remedy="Use a later backup. If there is none: give --overwrite, and erase these people again "
            "before anything is released (ccds erase).",
        )


def _refuse_newer_warehouse(present: sa.Connection | None, manifest: Manifest) -> None:
    if present is None or version_of(present) is None:
        return
    trail = [record.record_hash for record in audit_trail(present)]
    in_backup = trail.index(manifest.audit_head) + 1 if manifest.audit_head in trail else 0
    loaded = sa.text(
        "SELECT count(DISTINCT (source_id, delivery_on)) FROM ops.delivery WHERE loaded_at > :made_at"
    )
    deliveries = present.execute(loaded, {"made_at": manifest.made_at}).scalar_one()
    acts = len(trail) - in_backup
    present.commit()
    if acts or deliveries:
        raise ConfigurationError(
            f"the warehouse is newer than this backup: {acts:,} recorded acts and {deliveries:,} loaded "
            "deliveries would be lost",
            rule="warehouse_is_newer",
            remedy="Use a later backup, or give --overwrite if that is what you want.",
        )


def _refuse_newer_release(shown: Path, content: Path) -> None:
    newest_known = max(_releases(content / RELEASE, (content / RELEASES).glob("*.duckdb")), default="")
    newest = max(_releases(shown, kept_releases(shown)), default="")
    if newest > newest_known:  # identifiers begin with the time
        raise ConfigurationError(
            "there is a release that was made after this backup, and its ledger would not know it",
            place=newest,
            rule="release_is_newer",
            remedy="Use a later backup, or give --overwrite if that is what you want.",
        )


def _releases(shown: Path, kept: Iterable[Path]) -> list[str]:
    """Return the identifiers of the release that is shown, if there is one, and of those that are kept."""
    return [*(release.stem for release in kept), *([release_id_of(shown)] if shown.exists() else [])]


def _note_restored(restored: Path, target: Path, generation: Generation) -> None:
    """Bring the tables up to date, and note on trail and mark that a backup was restored."""
    with open_warehouse(restored) as engine:
        with engine.begin() as connection:
            record_act(connection, "restore", {"backup": generation.name})
        with engine.connect() as connection:
            keep_mark(target, connection)
            connection.commit()
            connection.execute(sa.text("CHECKPOINT"))
            connection.commit()


def _put_files(settings: Settings, content: Path) -> None:
    """Put releases and reference tables in place; those that are loaded already stay."""
    releases = {release.name: release for release in (content / RELEASES).glob("*.duckdb")}
    settings.kept_releases_folder.mkdir(mode=0o700, exist_ok=True)
    for name, release in releases.items():
        release.replace(settings.kept_releases_folder / name)
    for kept in kept_releases(settings.reporting_file):
        if kept.name not in releases:
            kept.unlink()
    if (content / RELEASE).exists():
        publish(content / RELEASE, settings.reporting_file)
    if (content / REFERENCE).exists() and not settings.reference_folder.exists():
        (content / REFERENCE).rename(settings.reference_folder)
