"""The commands ``ccds programme``; what they do is in ``ccds_pipeline.ingest.programme_files``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ccds_pipeline.cli.options import DataOption, LandingOption, settings_of

programme_app = typer.Typer(
    name="programme", help="Check a programme file, or draft one.", no_args_is_help=True
)


@programme_app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A programme file.")],
    *,
    landing: LandingOption = None,
    data: DataOption = None,
) -> None:
    """List all faults of a programme file at their lines, and what real data still needs.

    Leaves with 0 where the file has no fault, else with 3.
    """
    from ccds_pipeline.ingest.programme_files import check_file

    found = check_file(file, settings_of(data=data, landing=landing))
    for fault in found.faults:
        typer.echo(f"{file}, {fault}")
    typer.echo("No fault." if not found.faults else f"{len(found.faults)} fault(s).")
    for needed in found.needed:
        typer.echo(f"Before real data is loaded: {needed}")
    raise typer.Exit(3 if found.faults else 0)


@programme_app.command()
def new(
    more: Annotated[list[str] | None, typer.Argument(help="Further exports.")] = None,
    *,
    first: Annotated[list[str], typer.Option("--from", help="An export; may be repeated.")],
    data: DataOption = None,
) -> None:
    """Draft a programme file from exports, with the wordings of closed questions, and print it.

    Of the answers it shows only those of columns with at most 10 different ones, each of at least 11 people.
    """
    from upath import UPath

    from ccds_pipeline.ingest.inspection.new_programme import draft_programme

    settings = settings_of(data=data)
    drafted = draft_programme(
        [UPath(file) for file in (*first, *(more or []))], runs_folder=settings.runs_folder
    )
    typer.echo(drafted, nl=False)
