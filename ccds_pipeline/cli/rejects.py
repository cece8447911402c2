"""The command ``ccds rejects``; what it lists is in ``ccds_pipeline.ingest.rejects``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ccds_pipeline.cli.options import DataOption, LandingOption, ProgrammeOption, settings_of, source_of


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
    content = load_programme(settings.programme_file)
    only = None if source is None else source_of(content, source).id
    found = read_rejects(settings, content.sources_by_id, only=only)
    typer.echo(as_json(found) if output is RejectsFormat.JSON else as_text(found))
