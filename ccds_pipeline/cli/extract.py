"""The ``ccds extract`` command: databases that are sources, read into today's deliveries.

How that is done is written in ``ccds_pipeline.ingest.extract``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, LandingOption, ProgrammeOption, settings_of
from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    from ccds_pipeline.programme.model import Programme, Source


def extract(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources with a database; all if none.")
    ] = None,
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
    data: DataOption = None,
    anew: Annotated[bool, typer.Option("--anew", help="Read every row, not only what is new.")] = False,
) -> None:
    """Write what is new in the sources' databases as today's deliveries."""
    from ccds_pipeline.ingest.extract import extract as extract_source
    from ccds_pipeline.programme.load import load_programme

    settings = settings_of(data=data, landing=landing, programme=programme)
    today = datetime.now(UTC).date()
    for source in _chosen(load_programme(settings.programme_file), sources or []):
        done = extract_source(
            source, settings.landing_url, runs_folder=settings.runs_folder, today=today, anew=anew
        )
        typer.echo(f"{done.source_id}: {done.rows:,} rows extracted into {done.source_id}/{today}", err=True)


def _chosen(programme: Programme, names: list[str]) -> list[Source]:
    known = {source.id: source for source in programme.sources if source.database is not None}
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        raise UsageError(
            "there is no such source with a database" if unknown else "no source has a database",
            rule="source_has_database",
            remedy=f"Name one of {', '.join(sorted(known))}."
            if known
            else "Give a source a database in the programme file, or deliver files.",
        )
    return [known[name] for name in names] or list(known.values())
