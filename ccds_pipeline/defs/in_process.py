"""Run Dagster's jobs in the process of a command; what comes back holds nothing of Dagster.

What the jobs do is defined beside the assets. A run is given the origin by which web server and daemon know
the code location: job pages, timeline and run status sensors see a run only by that.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

import dagster as dg

# Dagster has no public way to give a run of this process its origin.
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.execution.api import execute_run
from dagster._core.execution.job_execution_result import JobExecutionResult
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_run_id

from ccds_pipeline.defs.reporting import RELEASE_INCOMPLETE, published_keys
from ccds_pipeline.defs.run_events import COMMAND_RUN
from ccds_pipeline.defs.run_history import delete_old_runs
from ccds_pipeline.defs.staging import loading
from ccds_pipeline.errors import Stopped
from ccds_pipeline.sources.landing import Delivery

_MODULE, _LOCATION = "ccds_pipeline.definitions", "ccds_pipeline"  # as in workspace.yaml
_BY_THIS_COMMAND = {"ccds/command": "run"}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class FailedStep:
    """A step that ended with an error of ours: its message, and the exit code of its kind."""

    message: str
    exit_code: int


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass; ``rules`` names what is broken, ``is_error`` whether it stops a release.

    ``deliveries`` names those that did not pass, where the check is of deliveries.
    """

    name: str
    deliveries: str
    rules: str
    is_error: bool


@dataclass(frozen=True)
class JobOutcome:
    """How a job ended."""

    is_success: bool
    failed_steps: tuple[FailedStep, ...]
    failed_checks: tuple[FailedCheck, ...]


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
        job = self._definitions.resolve_job_def(name)
        run = self._instance.create_run_for_job(
            job,
            run_id=next(self._run_ids),
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
        return JobOutcome(result.success, tuple(_failed_steps(result)), tuple(_failed_checks(result)))


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


def _failed_steps(result: JobExecutionResult) -> Iterator[FailedStep]:
    for event in result.filter_events(lambda event: event.is_step_failure):
        failure = event.step_failure_data.user_failure_data
        if failure is not None and "exit_code" in failure.metadata:
            yield FailedStep(str(failure.description), int(str(failure.metadata["exit_code"].value)))


def _failed_checks(result: JobExecutionResult) -> Iterator[FailedCheck]:
    for check in result.get_asset_check_evaluations():
        if not check.passed:
            yield FailedCheck(
                f"{check.asset_key.to_user_string()}, {check.check_name}",
                _text(check, "deliveries"),
                _text(check, "broken_rules"),
                is_error=check.severity is dg.AssetCheckSeverity.ERROR,
            )


def _text(check: dg.AssetCheckEvaluation, name: str) -> str:
    value = check.metadata.get(name)
    return str(value.value) if value is not None else ""
