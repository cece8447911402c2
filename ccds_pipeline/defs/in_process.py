"""Run Dagster's jobs in the process of a command; what comes back holds nothing of Dagster.

What the jobs do is defined beside the assets.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import dagster as dg

from ccds_pipeline.errors import Stopped

_BY_THIS_COMMAND = {"ccds/command": "run"}
RELEASE_INCOMPLETE = "ccds/release_incomplete"
"""Tag of a run that may release although deliveries are outstanding."""
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class FailedStep:
    """A step that ended with an error of ours: its message, and the exit code of its kind."""

    message: str
    exit_code: int


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass; ``rules`` names what is broken, ``is_error`` whether it stops a release."""

    name: str
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

    ``signal`` gives the number of the signal that wants it to end, 0 while none does.
    """

    def __init__(
        self, definitions: dg.Definitions, instance: dg.DagsterInstance, signal: Callable[[], int]
    ) -> None:
        self._definitions, self._instance, self._signal = definitions, instance, signal

    def ingest(self, source_ids: Iterable[str], day: date) -> JobOutcome:
        """Load the deliveries of some sources on one day; raises Stopped if a signal does."""
        keys = [dg.AssetKey(["staging", source_id]) for source_id in source_ids]
        return self._run("ingest", asset_selection=keys, partition_key=day.isoformat())

    def publish(self, *, is_incomplete: bool) -> JobOutcome:
        """Compute, check and release the KPIs, although deliveries are outstanding if ``is_incomplete``.

        Raises:
            Stopped: If a signal ends it.
        """
        return self._run("publish", tags={RELEASE_INCOMPLETE: "yes"} if is_incomplete else {})

    def _run(self, job: str, *, tags: Mapping[str, str] | None = None, **selection: object) -> JobOutcome:
        result = self._definitions.resolve_job_def(job).execute_in_process(
            run_config=_QUIET,
            instance=self._instance,
            raise_on_error=False,
            tags={**_BY_THIS_COMMAND, **(tags or {})},
            **selection,  # type: ignore[arg-type]  # asset_selection and partition_key
        )
        if number := self._signal():
            self._instance.report_run_canceled(result.dagster_run, "A signal ended the command.")
            raise Stopped(number)
        return JobOutcome(result.success, tuple(_failed_steps(result)), tuple(_failed_checks(result)))


@contextmanager
def job_runner(definitions: dg.Definitions, signal: Callable[[], int]) -> Iterator[JobRunner]:
    """Open the instance that ``DAGSTER_HOME`` names, and end what killed commands left running there."""
    # Dagster logs redacted errors with their traces; what a user needs is in the outcome.
    logging.getLogger("dagster.redacted_errors").setLevel(logging.CRITICAL + 1)
    with dg.DagsterInstance.get() as instance:
        _cancel_killed_runs(instance)
        yield JobRunner(definitions, instance, signal)


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


def _failed_steps(result: dg.ExecuteInProcessResult) -> Iterator[FailedStep]:
    for event in result.filter_events(lambda event: event.is_step_failure):
        failure = event.step_failure_data.user_failure_data
        if failure is not None and "exit_code" in failure.metadata:
            yield FailedStep(str(failure.description), int(str(failure.metadata["exit_code"].value)))


def _failed_checks(result: dg.ExecuteInProcessResult) -> Iterator[FailedCheck]:
    for check in result.get_asset_check_evaluations():
        if not check.passed:
            rules = check.metadata.get("broken_rules")
            yield FailedCheck(
                f"{check.asset_key.to_user_string()}, {check.check_name}",
                str(rules.value) if rules is not None else "",
                is_error=check.severity is dg.AssetCheckSeverity.ERROR,
            )
