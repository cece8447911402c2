"""The command ``ccds rejects``; what it lists is in ``ccds_pipeline.ingest.rejects``."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

import typer

from ccds_pipeline.cli.options import DataOption, LandingOption, ProgrammeOption, settings_of
from ccds_pipeline.errors import UsageError


class RejectsFormat(StrEnum):
    """How ``ccds rejects`` prints."""

    TABLE = "table"
    JSON = "json"


def rejects(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    output: Annotated[RejectsFormat, typer.Option("--format", help="How to print.")] = RejectsFormat.TABLE,
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
    data: DataOption = None,
) -> None:
    """List rejected rows by rule and field, and refused files, with what to do; no values."""
    from ccds_pipeline.ingest.rejects import as_json, as_text, read_rejects
    from ccds_pipeline.programme.load import load_programme

    settings = settings_of(data=data, landing=landing, programme=programme)
    known = load_programme(settings.programme_file).sources_by_id
    found = read_rejects(settings, known, only=None if source is None else _known(source, known))
    typer.echo(as_json(found) if output is RejectsFormat.JSON else as_text(found))


def _known(source: str, known: Collection[str]) -> str:
    if source not in known:
        raise UsageError(
            "the programme has no such source",
            rule="source_is_known",
            remedy=f"Give --source as one of: {', '.join(sorted(known))}.",
        )
    return source
