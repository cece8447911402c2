"""The command ``ccds doctor``; what it looks at is in ``diagnosis``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, LandingOption, ProgrammeOption, settings_of

if TYPE_CHECKING:
    from ccds_pipeline.cli.diagnosis import Finding

_OPTIONS = {"data": "data_dir", "landing": "landing", "programme": "programme"}


def doctor(
    context: typer.Context,
    *,
    alert: Annotated[bool, typer.Option("--alert", help="Send each alert address a test message.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
    data: DataOption = None,
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Look at the whole installation, and say of each part whether it is well and what mends it.

    Exit code 1 if there is a failure; a warning alone is no failure.
    """
    from ccds_pipeline.cli.diagnosis import State, diagnose

    settings = settings_of(data=data, landing=landing, programme=programme)
    found = diagnose(settings, _given(context), is_trial=alert)
    typer.echo(json.dumps([asdict(finding) for finding in found], indent=2) if as_json else _text(found))
    counts = Counter(finding.state for finding in found)
    typer.echo(", ".join(f"{counts[state]} {state}" for state in State), err=True)
    raise typer.Exit(1 if counts[State.FAILURE] else 0)


def _given(context: typer.Context) -> list[str]:
    """Return the settings that were given as options of the command line, not by their variables."""
    sources = {setting: context.get_parameter_source(option) for option, setting in _OPTIONS.items()}
    return [setting for setting, source in sources.items() if source and source.name == "COMMANDLINE"]


def _text(found: list[Finding]) -> str:
    lines = []
    for finding in found:
        lines.append(f"{finding.state:<8} {finding.subject:<15} {finding.text}")
        if finding.remedy:
            lines.append(f"{'':<24} What to do: {finding.remedy}")
    return "\n".join(lines)
