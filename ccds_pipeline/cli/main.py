"""The ``ccds`` command: what users script against, so its options and exit codes are stable.

Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 a check failed, 2 usage,
3 configuration, 4 locked or busy. Heavy packages are imported by the command that needs them.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline import __version__
from ccds_pipeline.cli.alerts import alerts, told_at_the_end
from ccds_pipeline.cli.audit import audit_app
from ccds_pipeline.cli.backup import backup, restore, verify
from ccds_pipeline.cli.case_study import case_study
from ccds_pipeline.cli.comments import comments_app
from ccds_pipeline.cli.doctor import doctor
from ccds_pipeline.cli.export import export
from ccds_pipeline.cli.extract import extract
from ccds_pipeline.cli.inspect import inspect
from ccds_pipeline.cli.options import (
    BACKUPS,
    BEFORE_A_RUN,
    EVERY_DAY,
    RELEASES,
    RIGHTS,
    DataOption,
    LandingOption,
    ProgrammeOption,
    settings_of,
)
from ccds_pipeline.cli.postgres import postgres_app
from ccds_pipeline.cli.programme import programme_app
from ccds_pipeline.cli.reference import reference_app
from ccds_pipeline.cli.rejects import rejects
from ccds_pipeline.cli.release import release_app
from ccds_pipeline.cli.report import report
from ccds_pipeline.cli.rights import rights_app
from ccds_pipeline.cli.serve import serve_app
from ccds_pipeline.cli.ui import ui
from ccds_pipeline.errors import Stopped, UsageError, to_value_free_error
from ccds_pipeline.log_lines import PACKAGE

if TYPE_CHECKING:
    import pandas as pd

    from ccds_pipeline.settings import Settings

app = typer.Typer(name="ccds", no_args_is_help=True, pretty_exceptions_enable=False)
app.command(rich_help_panel=BEFORE_A_RUN)(inspect)
app.add_typer(programme_app, rich_help_panel=BEFORE_A_RUN)
app.add_typer(reference_app, rich_help_panel=BEFORE_A_RUN)
app.command(rich_help_panel=BEFORE_A_RUN)(extract)
app.command(rich_help_panel=EVERY_DAY)(rejects)
app.command(rich_help_panel=EVERY_DAY)(doctor)
app.command(rich_help_panel=EVERY_DAY)(alerts)
app.command(rich_help_panel=EVERY_DAY)(ui)
app.add_typer(serve_app, rich_help_panel=EVERY_DAY)
app.command(rich_help_panel=BACKUPS)(backup)
app.command(rich_help_panel=BACKUPS)(verify)
app.command(rich_help_panel=BACKUPS)(restore)
app.add_typer(release_app, rich_help_panel=RELEASES)
app.command(rich_help_panel=RELEASES)(export)
app.command(rich_help_panel=RELEASES)(case_study)
app.command(rich_help_panel=RELEASES)(report)
app.add_typer(postgres_app)
app.add_typer(comments_app, rich_help_panel=RELEASES)
app.add_typer(audit_app, rich_help_panel=RIGHTS)
app.add_typer(rights_app)


def _print_version(is_asked: bool) -> None:  # typer calls it so
    if is_asked:
        typer.echo(f"ccds {__version__}")
        raise typer.Exit


@app.callback()
def ccds(
    *,
    version: Annotated[  # the callback prints it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Evaluate a training programme: exports in, accountable and anonymous KPIs out."""


class OutputFormat(StrEnum):
    """How ``ccds kpis`` prints."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.command(rich_help_panel=BEFORE_A_RUN)
def demo(
    participants: Annotated[int, typer.Option(min=1, help="How many people attend.")] = 2412,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same files.")] = 4,
    out: Annotated[
        Path | None, typer.Option(help="Landing folder to write.", show_default="<data>/landing")
    ] = None,
    data: DataOption = None,
) -> None:
    """Write synthetic deliveries in the layouts of the real tools."""
    from ccds_pipeline.synthetic.demonstration import write_demonstration

    target = out or Path(settings_of(data=data).landing_url)
    if target.exists() and any(target.iterdir()):
        raise UsageError(
            "the folder is not empty",
            place=str(target),
            rule="out_is_empty",
            remedy="Give another folder with --out, or remove this one.",
        )
    write_demonstration(target, participants=participants, seed=seed)
    typer.echo(f"Synthetic deliveries of {participants:,} participants: {target}", err=True)
    folders = f" --data {data}" * (data is not None) + f" --landing {out}" * (out is not None)
    typer.echo(f"Now: ccds run{folders}, which loads them and computes the KPIs.", err=True)


@app.command(rich_help_panel=EVERY_DAY)
def run(  # noqa: PLR0917  # typer makes options of all of them
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
    data: DataOption = None,
    delivery: Annotated[
        list[str] | None, typer.Option(metavar="YYYY-MM-DD", help="Load only this date; may be repeated.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="Load only from this date on.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Load only up to this date.")
    ] = None,
    load_all: Annotated[
        bool, typer.Option("--all", help="Load these deliveries again, not only what is outstanding.")
    ] = False,
    release_incomplete: Annotated[
        bool,
        typer.Option(
            "--release-incomplete",
            help="Release although deliveries are outstanding; the audit trail says so.",
        ),
    ] = False,
    nobody_erased: Annotated[
        bool,
        typer.Option(
            "--nobody-erased",
            help="State that nobody was ever erased, where the warehouse is gone and there is no backup.",
        ),
    ] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Load again only deliveries with rejected rows or refused files.")
    ] = False,
) -> None:
    """Load the deliveries that are outstanding, compute the KPIs and release them, through Dagster."""
    from ccds_pipeline.cli.pipeline import Days, pipeline_run

    days = Days(
        _dates(delivery or []), _date(first) if first else date.min, _date(last) if last else date.max
    )
    settings = settings_of(data=data, landing=landing, programme=programme)
    if nobody_erased:
        from ccds_pipeline.backup.restore import begin_anew

        begin_anew(settings)
    pipeline = pipeline_run(settings)
    with told_at_the_end(settings, pipeline.met):
        if replay:
            pipeline.replay(days)
        else:
            pipeline.execute(days, load_all=load_all, release_incomplete=release_incomplete)
    if pipeline.is_released:
        from ccds_pipeline.cli.kpis import read_kpis

        _print_kpis(settings, read_kpis(settings, released=True), OutputFormat.TABLE)
        if pipeline.has_reader:
            _say_where(settings)
    raise typer.Exit(pipeline.exit_code)


@app.command(rich_help_panel=EVERY_DAY)
def kpis(
    data: DataOption = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print.")] = OutputFormat.TABLE,
    exact: Annotated[
        bool, typer.Option("--exact", help="Show the exact figures, which are restricted.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Show the exact figures as they were known on that day."),
    ] = None,
    programme: ProgrammeOption = None,
) -> None:
    """Print the KPIs as they are released; with --exact those of the last run, or as they stood on a day."""
    from ccds_pipeline.cli.kpis import read_kpis, read_kpis_as_of

    settings = settings_of(data=data, programme=programme)
    if exact or as_of is not None:
        typer.echo("These figures are exact: they are restricted, and not to be published.", err=True)
    if as_of is None:
        _print_kpis(settings, read_kpis(settings, released=not exact), output)
    else:
        _print_kpis(settings, read_kpis_as_of(settings, _date(as_of)), output)


def main() -> None:
    """Run the command; print a fault as a sentence and leave with its exit code."""
    # control: the command writes for its owner alone
    os.umask(0o077)  # nobody else reads what a run writes, by whatever library
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # text of any alphabet, on any code page
    try:
        app()
    except Stopped as stopped:
        _say_fault("Stopped: what was loaded stays, and nothing else is released.")
        sys.exit(128 + stopped.number)
    except Exception as error:  # noqa: BLE001  # its text may quote a value, and a trace helps no user
        # control: the command prints no trace
        message = to_value_free_error(error)
        _say_fault(f"Error: {message}")
        sys.exit(message.exit_code)


def _say_fault(text: str) -> None:
    """Say how a command ended, as a log line where it writes such."""
    logger = logging.getLogger(PACKAGE)
    if logger.handlers:
        logger.error("%s", text)
    else:
        typer.echo(text, err=True)


def _say_where(settings: Settings) -> None:
    places = {
        "Warehouse (restricted)": settings.warehouse_file,
        "Released tables": settings.reporting_file,
        "Report": settings.report_file,
        "Quality checks": settings.data_docs_folder,
    }
    for what, path in places.items():
        typer.echo(f"{what + ':':<24}{path}", err=True)
    typer.echo(f"{'Dagster UI:':<24}ccds ui --data {settings.data_dir}", err=True)
    typer.echo("Now: ccds report, which opens the report; every day: ccds run, and ccds doctor.", err=True)


def _dates(texts: list[str]) -> frozenset[date]:
    return frozenset(_date(text) for text in texts)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text} is not a date", rule="date_is_iso", remedy="Write it as YYYY-MM-DD, such as 2022-06-30."
        ) from None


def _print_kpis(settings: Settings, rows: pd.DataFrame, output: OutputFormat) -> None:
    from ccds_pipeline.cli.kpis import as_csv, as_json, as_table, read_note

    if output is OutputFormat.TABLE:
        typer.echo(as_table(rows, note=read_note(settings)))
    else:
        typer.echo(as_json(rows) if output is OutputFormat.JSON else as_csv(rows))
