"""The ``ccds extract`` command: databases that are sources, read into today's deliveries.

How that is done stands in ``ccds_pipeline.extract``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    from ccds_pipeline.programme.model import Programme, Source


def extract(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources with a database; all if none.")
    ] = None,
    landing: Annotated[
        str | None,
        typer.Option(
            envvar="CCDS_LANDING", help="Folder or URL of deliveries.", show_default="<data>/landing"
        ),
    ] = None,
    programme: Annotated[
        Path | None,
        typer.Option(envvar="CCDS_PROGRAMME", help="Programme file.", show_default="the CCDS programme"),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", envvar="CCDS_DATA_DIR", help="Folder of the warehouse.", show_default="data"),
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Read every row, not only what is new.")] = False,
) -> None:
    """Write what is new in the sources' databases as today's deliveries."""
    from ccds_pipeline.extract import extract as extract_source
    from ccds_pipeline.programme.load import load_programme
    from ccds_pipeline.settings import Settings

    given = {"data_dir": data, "landing": landing, "programme": programme}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # each by its own type
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
