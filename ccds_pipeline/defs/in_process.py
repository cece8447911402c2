"""Run Dagster's jobs in the process of a command; what comes back holds nothing of Dagster.

What the jobs do is defined beside the assets. A run is given the origin by which web server and daemon know
the code location: job pages, timeline and run status sensors see a run only by that.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import chain

import dagster as dg

# Dagster has no public way to give a run of this process its origin, nor to its files of events.
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_run_id

from ccds_pipeline.defs.outcomes import JobOutcome, outcome_of
from ccds_pipeline.defs.reporting import RELEASE_INCOMPLETE, published_keys
from ccds_pipeline.defs.run_events import COMMAND_RUN
from ccds_pipeline.defs.run_history import delete_old_runs
from ccds_pipeline.defs.staging import loading
from ccds_pipeline.errors import Stopped
from ccds_pipeline.sources.landing import Delivery

_MODULE, _LOCATION = "ccds_pipeline.definitions", "ccds_pipeline"  # as in workspace.yaml
_BY_THIS_COMMAND = {"ccds/command": "run"}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class JobRunner:
    """Runs the jobs of a code location on an instance, one after the other.

    ``signal`` gives the number of the signal that wants it to end, 0 while none does. The first run is called
    ``run_id``, and further ones are tagged with that.
    """

    def __init__(
        self,
        definitions: dg.Definitions,
        instance: dg.DagsterInstance,
        signal: Callable[[], int],
        run_id: str,
    ) -> None:
        self._definitions, self._instance, self._signal = definitions, instance, signal
        self._run_ids, self._command_run = chain([run_id], iter(make_new_run_id, "")), run_id

    def ingest(self, deliveries: Iterable[Delivery]) -> JobOutcome:
        """Load deliveries; raises Stopped if a signal ends it."""
        return self._run("ingest", *loading(deliveries))

    def refresh(self, deliveries: Iterable[Delivery], *, is_incomplete: bool) -> JobOutcome:
        """Load as ``ingest`` does, and publish as ``publish`` does unless a load fails; raises Stopped."""
        keys, config = loading(deliveries)
        return self._run("refresh", [*keys, *published_keys()], config, is_incomplete=is_incomplete)

    def publish(self, *, is_incomplete: bool) -> JobOutcome:
        """Compute, check and release the KPIs, although deliveries are outstanding if ``is_incomplete``.

        Raises:
            Stopped: If a signal ends it.
        """
        return self._run("publish", [], {}, is_incomplete=is_incomplete)

    def delete_old_runs(self, *, kept: int, kept_failed: int) -> int:
        """Delete what is too old of the history of runs; return how many runs (``run_history``)."""
        return delete_old_runs(self._instance, kept=kept, kept_failed=kept_failed)

    def _run(
        self,
        name: str,
        keys: Collection[dg.AssetKey],
        config: Mapping[str, object],
        *,
        is_incomplete: bool = False,
    ) -> JobOutcome:
        job, run_id = self._definitions.resolve_job_def(name), next(self._run_ids)
        with _events_kept_open(self._instance, run_id):
            run = self._instance.create_run_for_job(
                job,
                run_id=run_id,
                run_config={**config, **_QUIET},
                tags={
                    **_BY_THIS_COMMAND,
                    COMMAND_RUN: self._command_run,
                    **({RELEASE_INCOMPLETE: "yes"} if is_incomplete else {}),
                },
                asset_selection=frozenset(keys) or None,
                remote_job_origin=_origin(name),
            )
            result = execute_run(InMemoryJob(job), run, self._instance)
        if number := self._signal():
            self._instance.report_run_canceled(result.dagster_run, "A signal ended the command.")
            raise Stopped(number)
        return outcome_of(result.all_events, is_success=result.success)


@contextmanager
def _events_kept_open(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Hold a connection to the files of events, as long as a run writes to them.

    Dagster opens and closes one for each event, and the last to leave such a file writes all of it to the
    disk again: a third of the time that a small run takes.
    """
    storage = instance.event_log_storage
    with ExitStack() as held:
        if isinstance(storage, SqliteEventLogStorage):
            for events, shard in (
                (storage.index_connection(), INDEX_SHARD_NAME),
                (storage.run_connection(run_id), run_id),
            ):
                with events:  # makes the file where there is none
                    connection = held.enter_context(closing(sqlite3.connect(storage.path_for_shard(shard))))
                # A connection that has read nothing does not count as one that is still there.
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


def _origin(job: str) -> RemoteJobOrigin:
    """Return what a job is known by where the workspace names this package as a code location."""
    module = LoadableTargetOrigin(executable_path=sys.executable, module_name=_MODULE)
    location = ManagedGrpcPythonEnvCodeLocationOrigin(module, _LOCATION)
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME), job)


@contextmanager
def job_runner(definitions: dg.Definitions, signal: Callable[[], int], run_id: str) -> Iterator[JobRunner]:
    """Open the instance that ``DAGSTER_HOME`` names, and end what killed commands left running there.

    Args:
        definitions: Of the jobs.
        signal: As for ``JobRunner``, and so is ``run_id``.
        run_id: As for ``JobRunner``.
    """
    # Dagster logs redacted errors with their traces; what a user needs is in the outcome.
    logging.getLogger("dagster.redacted_errors").setLevel(logging.CRITICAL + 1)
    # It tells developers that handlers of its logs are a new part of its configuration.
    warnings.simplefilter("ignore", dg.BetaWarning)
    with dg.DagsterInstance.get() as instance:
        _cancel_killed_runs(instance)
        yield JobRunner(definitions, instance, signal, run_id)


def _cancel_killed_runs(instance: dg.DagsterInstance) -> None:
    """End the runs of earlier commands that were killed, so that their steps give up the warehouse.

    Dagster's own monitor does that in the daemon, which only ``ccds ui`` starts; without it the next run
    would wait for ever.
    """
    states = dg.DagsterRunStatus
    unfinished = [states.NOT_STARTED, states.STARTING, states.STARTED, states.CANCELING]
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished, tags=_BY_THIS_COMMAND)):
        instance.report_run_canceled(run, "The process of this run was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
