"""How a run ended, read from its events: failed steps and checks, and what somebody has to be told of them.

What comes back holds nothing of Dagster, and no value of a row: failures have none (``described``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dagster as dg

from ccds_pipeline.alerts.causes import FailedCheck as AlertedCheck
from ccds_pipeline.alerts.causes import Look, of_run, together
from ccds_pipeline.ingest.expected import NOT_MEASURED_YET
from ccds_pipeline.schemas.register import tables_of

_FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)
_FAILURES = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
_NEWEST = 100
_RELEASED = {dg.AssetKey([table.schema, table.name]) for table in tables_of("reporting")}
_OVERDUE = ", delivery_is_not_overdue"
# The three do one thing: the last of them that ended says whether all is well.
_REFRESH = "refresh"
_CALLED = {"ingest": _REFRESH, "publish": _REFRESH, "__ASSET_JOB": "assets that were chosen in the UI"}


@dataclass(frozen=True)
class FailedStep:
    """A step that ended with an error of ours: its message, and the exit code of its kind."""

    message: str
    exit_code: int


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass; ``rules`` names what is broken, ``is_error`` whether it stops a release.

    ``deliveries`` names those that did not pass, where the check is of deliveries; ``counts`` holds its
    numbers; ``advice`` says what to do, where the check says more than its rules do.
    """

    name: str
    deliveries: str
    rules: str
    is_error: bool
    counts: tuple[tuple[str, int], ...]
    advice: str


@dataclass(frozen=True)
class JobOutcome:
    """How a job ended."""

    is_success: bool
    failed_steps: tuple[FailedStep, ...]
    failed_checks: tuple[FailedCheck, ...]

    def look(self, job: str = _REFRESH) -> Look:
        """Return what somebody has to be told of it: what stops a release, and what did not come."""
        checks = [
            AlertedCheck(check.name, check.deliveries, check.rules, check.counts, check.advice)
            for check in self.failed_checks
            if check.is_error or (check.name.endswith(_OVERDUE) and check.rules != NOT_MEASURED_YET)
        ]
        messages = [step.message for step in self.failed_steps]
        return of_run(job, is_success=self.is_success, messages=messages, checks=checks)


def outcome_of(events: Iterable[dg.DagsterEvent], *, is_success: bool) -> JobOutcome:
    """Return how a run ended, from all of its events."""
    given = list(events)
    return JobOutcome(is_success, tuple(_failed_steps(given)), tuple(_failed_checks(given)))


def look_at_runs(instance: dg.DagsterInstance) -> Look:
    """Return what is wrong with the last run of each job that ended; one that was stopped did not."""
    newest: dict[str, dg.DagsterRun] = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=list(_FINISHED)), limit=_NEWEST):  # the newest first
        newest.setdefault(_CALLED.get(run.job_name, run.job_name), run)
    return together(_outcome(instance, run).look(job) for job, run in newest.items())


def _outcome(instance: dg.DagsterInstance, run: dg.DagsterRun) -> JobOutcome:
    entries = instance.all_logs(run.run_id, of_type=_FAILURES)
    events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
    return outcome_of(events, is_success=run.is_success)


def _failed_steps(events: Iterable[dg.DagsterEvent]) -> Iterator[FailedStep]:
    for event in events:
        if event.is_step_failure:
            failure = event.step_failure_data.user_failure_data
            if failure is not None and "exit_code" in failure.metadata:
                yield FailedStep(str(failure.description), int(str(failure.metadata["exit_code"].value)))


def _failed_checks(events: Iterable[dg.DagsterEvent]) -> Iterator[FailedCheck]:
    for event in events:
        check = event.event_specific_data
        if isinstance(check, dg.AssetCheckEvaluation) and not check.passed:
            is_error = check.severity is dg.AssetCheckSeverity.ERROR
            # What readers have is warned of once, as the candidate that it was.
            if is_error or check.asset_key not in _RELEASED:
                yield FailedCheck(
                    f"{check.asset_key.to_user_string()}, {check.check_name}",
                    _text(check, "deliveries"),
                    _text(check, "broken_rules"),
                    is_error=is_error,
                    counts=tuple(_counts(check)),
                    advice=check.description or "",
                )


def _text(check: dg.AssetCheckEvaluation, name: str) -> str:
    value = check.metadata.get(name)
    return str(value.value) if value is not None else ""


def _counts(check: dg.AssetCheckEvaluation) -> Iterator[tuple[str, int]]:
    for name, value in check.metadata.items():
        if isinstance(value, dg.IntMetadataValue) and value.value is not None:
            yield name, value.value
