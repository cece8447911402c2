"""``ccds report``: the report of the present release, written anew and opened."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from ccds_pipeline.cli.options import DataOption, settings_of


def report(
    *,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    data: DataOption = None,
) -> None:
    """Write the report of the present release, and say where it is."""
    from ccds_pipeline.reporting.report import write_report

    settings = settings_of(data=data)
    write_report(settings.reporting_file, settings.report_file)
    typer.echo(str(settings.report_file.absolute()))
    if show and not webbrowser.open(settings.report_file.absolute().as_uri()):
        typer.echo("There is no browser here: open this file in one.", err=True)
