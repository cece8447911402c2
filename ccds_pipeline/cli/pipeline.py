"""Run the whole pipeline once through Dagster's instance, with a progress display.

What the jobs do is defined under ``defs``; this module only starts them, in order, in this process.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ccds_pipeline.alerts.causes import Look, together
from ccds_pipeline.backup.restore import refuse_unrestored
from ccds_pipeline.cli.dagster_home import environment, only_command
from ccds_pipeline.cli.presented import present_release
from ccds_pipeline.cli.stopping import stop_on_signals
from ccds_pipeline.errors import CcdsError, ConfigurationError, UsageError
from ccds_pipeline.ingest.completeness import undeclared_losses
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.expected import NOT_MEASURED_YET
from ccds_pipeline.ingest.installation import demonstration_note, open_ingest
from ccds_pipeline.ingest.outstanding import Outstanding, outstanding
from ccds_pipeline.ingest.rejects import LandingFiles, plan_replay, replay_account
from ccds_pipeline.ingest.store.ledger import (
    SetAside,
    claim_warehouse,
    has_deliveries,
    not_in_figures,
    records_of_other_sources,
    refusals,
    refuse_another_key,
    rejections,
    set_aside,
)
from ccds_pipeline.log_lines import PACKAGE, write_lines
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.release.publication import computed_inputs, last_inputs, release_inputs, settle_publication
from ccds_pipeline.run_folder import sweep_dead_run_folders
from ccds_pipeline.settings import Settings, shown
from ccds_pipeline.sources.landing import FIRST_DELIVERY, Delivery, Landing, find_deliveries, is_possible
from ccds_pipeline.warehouse.audit import record_configuration
from ccds_pipeline.warehouse.engine import open_present, open_warehouse
from ccds_pipeline.warehouse.tables import create_warehouse

if TYPE_CHECKING:
    from ccds_pipeline.defs.in_process import JobRunner
    from ccds_pipeline.defs.outcomes import JobOutcome

_log = logging.getLogger(__name__)
_SHOWN = 10
_WHY = {
    "new": "new",
    "other files": "with other files than before",
    "other contract": "again, as the programme file or a reference table changed for them",
    "other code": "again, by this version",
    "other key": "again, under another key",
    "other retention": "again, as what is kept has changed",
    "an erasure": "again, as an erasure changed how other rows of them are read",
    "again": "again, as asked for",
}


@dataclass(frozen=True)
class Days:
    """Days of deliveries that are meant: those named, or all where none is, as far as the period has them."""

    named: frozenset[date] = frozenset()
    first: date = date.min
    last: date = date.max

    def __contains__(self, day: date) -> bool:
        return (not self.named or day in self.named) and self.first <= day <= self.last


def pipeline_run(settings: Settings) -> PipelineRun:
    """Return a run that talks to a person, or one that writes log lines, as the settings have it."""
    run_id = str(uuid4())
    if settings.writes_lines(is_terminal=sys.stderr.isatty()):
        write_lines(settings.log_level, run_id)
        return PipelineRun(settings, None, run_id)
    return PipelineRun(settings, Console(stderr=True), run_id)


class PipelineRun:
    """One run of the command: loads deliveries, then computes and releases.

    ``exit_code`` is that of the first problem met; ``is_released`` says whether a release was made, and
    ``has_reader`` whether a person reads along.

    Args:
        settings: Of the installation.
        console: Where a person reads along; None if what is said goes into log lines.
        run_id: What Dagster calls the run, and log lines too.
    """

    def __init__(self, settings: Settings, console: Console | None, run_id: str) -> None:
        self.exit_code, self.is_released, self.has_reader = 0, False, console is not None
        self._settings, self._console, self._run_id = settings, console, run_id
        self._outcomes: list[JobOutcome] = []

    def met(self) -> Look:
        """Return what somebody has to be told of the jobs: one that went well mends none before it."""
        return together(outcome.look() for outcome in self._outcomes)

    def execute(self, days: Days, *, load_all: bool, release_incomplete: bool) -> None:
        """Load what is outstanding, and release if every delivery is loaded and the release would differ.

        Args:
            days: Load deliveries of these days only.
            load_all: Load what is loaded already, too.
            release_incomplete: Release although deliveries are outstanding.

        Raises:
            ConfigurationError: If landing, programme or key are missing or wrong.
            UsageError: If no delivery has one of the dates.
            BusyError: If another process holds the warehouse.
        """
        sweep_dead_run_folders(self._settings.runs_folder)
        self._say_demonstration()
        landing = self._find_landing()
        chosen = _chosen(landing, days)
        possible = [delivery for delivery in landing.deliveries if is_possible(delivery)]
        impossible = [_impossible(delivery) for delivery in chosen if delivery not in possible]
        for problem in (*landing.problems, *impossible):
            self._report(problem)
        self._say_passed_over(landing)
        if not possible:
            self._refuse_nothing()
        ingest = open_ingest(self._settings)
        self._check_warehouse(ingest)
        reasons = {found.delivery: found.reason for found in self._found_outstanding(ingest, possible)}
        left = possible if load_all else list(reasons)
        deliveries = [delivery for delivery in chosen if delivery in left]
        self._say_reasons([reasons.get(delivery, "again") for delivery in deliveries])
        if not left and self._is_up_to_date():
            self._say("Nothing is outstanding, and the release is up to date.", exit_code=0)
            if written := present_release(self._settings):
                self._say(f"Written anew, as it was not of this release: {', '.join(written)}.", exit_code=0)
            self.is_released = True
        else:
            self._load_and_release(deliveries, ingest, possible, release_incomplete=release_incomplete)
            self._report_bad_input(deliveries)
        self._say_not_in_figures(self._outstanding(ingest, possible))

    def replay(self, days: Days) -> None:
        """Load the deliveries again that had rejected rows, answers or refused files, then publish.

        Says so, and does nothing, where there are none. Raises as ``execute`` does.
        """
        landing, ingest = self._find_landing(), open_ingest(self._settings)
        before = self._read_set_aside()
        meant = [entry for entry in before if entry.key.delivery_on in days]
        replay = plan_replay(meant, landing.deliveries, ())
        for problem in replay.problems:
            self._report(problem)
        for note in replay.notes:
            self._say(note, exit_code=0)
        if not replay.deliveries:
            self._say("There is nothing to replay.", exit_code=0)
            return
        self._say_demonstration()
        self._check_warehouse(ingest)
        possible = [delivery for delivery in landing.deliveries if is_possible(delivery)]
        self._load_and_release(replay.deliveries, ingest, possible, release_incomplete=False)
        self._report_bad_input(replay.deliveries)
        self._say(replay_account(before, self._read_set_aside(), replay), exit_code=0)
        self._say_not_in_figures(self._outstanding(ingest, possible))

    def _find_landing(self) -> Landing:
        programme = load_programme(self._settings.programme_file)
        return find_deliveries(self._settings.landing_url, programme.sources_by_id)

    def _say_passed_over(self, landing: Landing) -> None:
        counts = ", ".join(f"{left.place} ({left.entries:,})" for left in landing.leftovers)
        if counts:
            what = "Passed over what is hidden, unfinished or left by other programs"
            self._say(f"{what}, by folder: {counts}.", exit_code=0)

    def _refuse_nothing(self) -> None:
        """Stop before anything is computed from nothing; what was loaded earlier is still something."""
        if self._settings.warehouse_file.exists():
            with open_warehouse(self._settings.warehouse_file) as engine, engine.begin() as connection:
                create_warehouse(connection)
                if has_deliveries(connection):
                    return
        raise ConfigurationError(
            "there is nothing to load: no delivery in the landing folder can be used, and none was before",
            place=shown(self._settings.landing_url),
            rule="landing_has_deliveries",
            remedy="Put exports into <landing>/<source>/<yyyy-mm-dd>/, each source as in the programme file.",
        )

    def _read_set_aside(self) -> list[SetAside]:
        if not self._settings.warehouse_file.exists():
            return []
        with open_warehouse(self._settings.warehouse_file) as engine, engine.begin() as connection:
            create_warehouse(connection)
            return set_aside(connection)

    def _check_warehouse(self, ingest: Ingest) -> None:
        refuse_unrestored(self._settings)
        key_id = ingest.pseudonymiser.key_id
        with open_warehouse(self._settings.warehouse_file) as engine, engine.begin() as connection:
            create_warehouse(connection)
            claim_warehouse(connection, ingest.programme.id)
            refuse_another_key(connection, key_id)
            record_configuration(connection, key_id=key_id, contract_version=ingest.contract_version)
        with open_warehouse(self._settings.warehouse_file) as engine:
            settled = settle_publication(engine, ingest.programme, self._settings.reporting_file)
        if settled is not None:
            self._say(f"A release that an earlier run did not finish is {settled}.", exit_code=0)

    def _say_demonstration(self) -> None:
        note = demonstration_note(self._settings.landing_url)
        if note and self._console:
            self._console.print(note, style="bold")
        elif note:
            self._say(note, exit_code=0)

    def _load_and_release(
        self,
        deliveries: Sequence[Delivery],
        ingest: Ingest,
        possible: Sequence[Delivery],
        *,
        release_incomplete: bool,
    ) -> None:
        """Load deliveries, then release, unless one of the landing is not proven to be loaded."""
        others = [one for one in self._outstanding(ingest, possible) if one not in deliveries]
        with self._jobs() as runner:
            if deliveries and (release_incomplete or not others):
                self._judge_release(runner.refresh(deliveries, is_incomplete=release_incomplete))
            elif deliveries:
                self._judge(runner.ingest(deliveries))
            left = self._outstanding(ingest, possible)
            if (release_incomplete if left else not deliveries) and not self.is_released:
                self._judge_release(runner.publish(is_incomplete=release_incomplete))
            kept, kept_failed = self._settings.kept_runs, self._settings.kept_failed_runs
            runner.delete_old_runs(kept=kept, kept_failed=kept_failed)
        if left:
            self._say_outstanding(left)

    @contextmanager
    def _jobs(self) -> Iterator[JobRunner]:
        """Open what runs jobs, with a progress display."""
        os.environ.update(environment(self._settings))
        from ccds_pipeline.definitions import defs
        from ccds_pipeline.defs.in_process import job_runner

        with (
            only_command(self._settings),
            stop_on_signals() as stop,
            job_runner(defs(), lambda: stop.number, self._run_id) as runner,
            _progress(self._console) if self._console else nullcontext(),
        ):
            yield runner

    def _outstanding(self, ingest: Ingest, deliveries: Sequence[Delivery]) -> list[Delivery]:
        return [found.delivery for found in self._found_outstanding(ingest, deliveries)]

    def _found_outstanding(self, ingest: Ingest, deliveries: Sequence[Delivery]) -> list[Outstanding]:
        with open_present(self._settings.warehouse_file) as connection:
            return outstanding(connection, ingest, deliveries)

    def _say_reasons(self, reasons: Sequence[str]) -> None:
        """Say how many deliveries are loaded, and why those that were loaded before are loaded again."""
        said = ", ".join(f"{number:,} {_WHY[reason]}" for reason, number in Counter(reasons).items())
        if said:
            self._say(f"Loading {len(reasons):,} delivery(ies): {said}.", exit_code=0)

    def _is_up_to_date(self) -> bool:
        """Whether the warehouse has the KPIs, and readers the release, that would come out now."""
        if not self._settings.reporting_file.exists():
            return False
        with open_warehouse(self._settings.warehouse_file) as engine:
            with engine.connect() as connection:
                known = {last_inputs(connection), computed_inputs(connection)}
            return None not in known and known == {release_inputs(engine, self._settings)}

    def _say_outstanding(self, left: Sequence[Delivery]) -> None:
        names = ", ".join(map(str, left[:_SHOWN]))
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        what = "Released without them" if self.is_released else "Not released; the earlier release stays"
        self._say(
            f"{len(left)} delivery(ies) outstanding: {names}{more}. {what}: run ccds run again to load them.",
            exit_code=1,
        )

    def _say_not_in_figures(self, left: Sequence[Delivery]) -> None:
        """Say how much of what was delivered is in no figure, and what may be in them and was taken out."""
        programme = load_programme(self._settings.programme_file)
        with open_present(self._settings.warehouse_file) as connection:
            missing, lost = not_in_figures(connection), undeclared_losses(connection, programme.sources)
            others = records_of_other_sources(connection, programme.sources_by_id)
        counts = {
            "refused file(s)": missing.refused_files,
            "rejected row(s)": missing.rejected_rows,
            "excluded row(s)": missing.excluded_rows,
            "answer(s) that are not understood": missing.unread_answers,
        }
        more = " More: ccds rejects" if any(counts.values()) else ""
        counts["outstanding delivery(ies)"] = len(left)
        said = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
        if said:
            self._say(f"Not in the figures: {said}.{more}", exit_code=0)
        for source_id, records in others.items():
            self._say(
                f"Not in the figures: {records:,} record(s) of {source_id}, a source that the programme file "
                "does not have. If it was renamed, put its deliveries into the folder of its new name.",
                exit_code=0,
            )
        for loss in lost:
            self._say(f"Perhaps too much in the figures: {loss}", exit_code=0)

    def _judge_release(self, outcome: JobOutcome) -> None:
        self._judge(outcome)
        self.is_released = outcome.is_success

    def _judge(self, outcome: JobOutcome) -> None:
        """Report failed steps and failed checks, and keep the exit code."""
        self._outcomes.append(outcome)
        for step in outcome.failed_steps:
            self._say(step.message, exit_code=step.exit_code)
        self._say_unmeasured(
            [check.name for check in outcome.failed_checks if check.rules == NOT_MEASURED_YET]
        )
        for check in outcome.failed_checks:
            if check.rules == NOT_MEASURED_YET:
                continue
            kind = "Check failed" if check.is_error else "Warning"
            deliveries = f" ({check.deliveries})" if check.deliveries else ""
            rules = f": {check.rules}" if check.rules else ""
            advice = f". {check.advice}" if check.advice else ""
            self._say(
                f"{kind}: {check.name}{deliveries}{rules}{advice}", exit_code=1 if check.is_error else 0
            )
        if not outcome.is_success:
            self.exit_code = self.exit_code or 1

    def _say_unmeasured(self, names: Sequence[str]) -> None:
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            what = "Not measured yet, as too little came before that could be compared"
            self._say(f"{what}: {'; '.join(names[:_SHOWN])}{more}.", exit_code=0)

    def _report_bad_input(self, deliveries: Sequence[Delivery]) -> None:
        """Name the files that were refused and the rows that were rejected in this run."""
        files = LandingFiles(deliveries)
        loaded = {(delivery.source_id, delivery.delivery_on) for delivery in deliveries}
        with open_warehouse(self._settings.warehouse_file) as engine, engine.connect() as connection:
            refused, rejected = refusals(connection), rejections(connection)
        for refusal in refused:
            if (refusal.source_id, refusal.delivery_on) in loaded:
                line = f", line {refusal.line}" if refusal.line else ""
                self._say(
                    f"Refused: {files.name(refusal)}{line}: {refusal.message} [{refusal.rule}]", exit_code=1
                )
        here = [rejection for rejection in rejected if (rejection.source_id, rejection.delivery_on) in loaded]
        for rejection in here[:_SHOWN]:
            column = f", {rejection.column_name}" if rejection.column_name else ""
            place = f"{files.name(rejection)}, line {rejection.first_lines[0]}{column}"
            self._say(f"Rejected: {place}: {rejection.rows} row(s) [{rejection.rule}]", exit_code=0)
        if len(here) > _SHOWN:
            rows = sum(rejection.rows for rejection in here[_SHOWN:])
            self._say(f"… and {rows} more rejected rows: see ccds rejects.", exit_code=0)

    def _report(self, problem: CcdsError) -> None:
        self._say(f"Error: {problem}", exit_code=problem.exit_code)

    def _say(self, text: str, *, exit_code: int) -> None:
        self.exit_code = self.exit_code or exit_code
        if self._console:
            self._console.print(text, highlight=False, markup=False, soft_wrap=True)
        else:
            _log.log(logging.ERROR if exit_code else logging.INFO, "%s", text)


def _chosen(landing: Landing, days: Days) -> list[Delivery]:
    deliveries = sorted(landing.deliveries, key=lambda delivery: (delivery.delivery_on, delivery.source_id))
    chosen = [delivery for delivery in deliveries if delivery.delivery_on in days]
    missing = sorted(days.named - {delivery.delivery_on for delivery in chosen})
    if missing:
        raise UsageError(
            f"there is no delivery of {', '.join(day.isoformat() for day in missing)}",
            rule="delivery_exists",
            remedy="Give the date of a folder below landing/<source>/.",
        )
    if deliveries and not chosen:
        raise UsageError(
            "there is no delivery in that period",
            rule="delivery_exists",
            remedy="Give --from and --to as days, the earlier one first, around the date of a delivery.",
        )
    return chosen


def _impossible(delivery: Delivery) -> CcdsError:
    return CcdsError(
        "the delivery's date is in the future, or before there were deliveries",
        place=f"{delivery.source_id}/{delivery.delivery_on}",
        rule="delivery_date_possible",
        remedy=f"Name the folder by the day of the export, from {FIRST_DELIVERY} to today.",
    )


@contextmanager
def _progress(console: Console) -> Iterator[None]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Starting Dagster", total=None)
        shown = _Shown(progress, task)
        logger = logging.getLogger(PACKAGE)
        logger.addHandler(shown)
        logger.setLevel(logging.INFO)
        try:
            yield
            progress.update(task, total=1, completed=1, description="Done")
        finally:
            logger.removeHandler(shown)


class _Shown(logging.Handler):
    """Shows what the pipeline logs as what is being done now."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        super().__init__(logging.INFO)
        self._progress, self._task = progress, task

    def emit(self, record: logging.LogRecord) -> None:
        """Show a log line of the pipeline; what is grave stays to be read."""
        if record.levelno >= logging.WARNING:
            self._progress.console.print(record.getMessage(), highlight=False, markup=False, soft_wrap=True)
        else:
            self._progress.update(self._task, description=record.getMessage())
