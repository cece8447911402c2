"""Keep Dagster's home from growing for ever: the last runs of each job stay, with what they say of assets.

Dagster has no retention of runs of its own, only of ticks (``dagster.yaml``). Its deletion of a run leaves
the file of the run's events and the executions of its checks, which go here too.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

# Dagster has no public way to reach the files and checks of a run that was deleted.
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage

_log = logging.getLogger(__name__)
_SUCCESS = (dg.DagsterRunStatus.SUCCESS,)
_FAILED = (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
_LEAST_FREE_SHARE = 0.25
# What piled up before there was a retention takes half a second each: no run is held up for long by it.
_AT_ONCE = 100


def delete_old_runs(instance: dg.DagsterInstance, *, kept: int, kept_failed: int) -> int:
    """Delete finished runs beyond the last ones of each job; return how many.

    The run that last made an asset, or last evaluated a check, stays, however old: the UI would show the
    asset as never made.

    Args:
        instance: Of an installation.
        kept: How many runs of each job stay that succeeded.
        kept_failed: How many stay that failed or were stopped.
    """
    old = [*_beyond(instance, _SUCCESS, kept), *_beyond(instance, _FAILED, kept_failed)]
    if not old:
        return 0
    needed = _last_of_assets(instance) | _last_of_checks(instance)
    old = [run_id for run_id in old if run_id not in needed][:_AT_ONCE]
    for run_id in old:
        _delete(instance, run_id)
    if old:
        compact(Path(instance.root_directory))
    return len(old)


def _beyond(
    instance: dg.DagsterInstance, statuses: Iterable[dg.DagsterRunStatus], kept: int
) -> Iterator[str]:
    runs = instance.get_runs(dg.RunsFilter(statuses=list(statuses)))  # the newest first
    for _, of_job in groupby(sorted(runs, key=lambda run: run.job_name), key=lambda run: run.job_name):
        yield from [run.run_id for run in of_job][kept:]


def _last_of_assets(instance: dg.DagsterInstance) -> set[str | None]:
    entries = [record.asset_entry for record in instance.get_asset_records()]
    return {entry.last_run_id for entry in entries} | {
        entry.last_materialization_record.run_id for entry in entries if entry.last_materialization_record
    }


def _last_of_checks(instance: dg.DagsterInstance) -> set[str | None]:
    table = AssetCheckExecutionsTable.c
    newest = sa.select(sa.func.max(table.id)).group_by(table.asset_key, table.check_name)
    storage = _sql_storage(instance)
    with storage.index_connection() as connection:
        return set(connection.execute(sa.select(table.run_id).where(table.id.in_(newest))).scalars())


def _sql_storage(instance: dg.DagsterInstance) -> SqlEventLogStorage:
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)  # noqa: S101  # SQLite and PostgreSQL are
    return storage


def _delete(instance: dg.DagsterInstance, run_id: str) -> None:
    storage = _sql_storage(instance)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    instance.delete_run(run_id)
    with storage.index_connection() as connection:
        table = AssetCheckExecutionsTable
        connection.execute(table.delete().where(table.c.run_id == run_id))
    shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
    if isinstance(storage, SqliteEventLogStorage):
        events = Path(storage.path_for_shard(run_id))
        for file in events.parent.glob(f"{events.name}*"):
            file.unlink(missing_ok=True)


def compact(home: Path) -> None:
    """Give the space of deleted rows back, where it is worth it and nobody is at work in the file."""
    for name in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db"):
        if (home / name).exists():
            try:
                _vacuum(home / name)
            except sqlite3.OperationalError:  # in use, or the disk is full: the space is used for new rows
                _log.debug("%s was not compacted", name)


def _vacuum(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=1)) as connection:
        (pages,), (free,) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count")
        )
        if free > _LEAST_FREE_SHARE * pages:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
