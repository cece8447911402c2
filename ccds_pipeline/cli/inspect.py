"""The command ``ccds inspect``; what it does is in ``ccds_pipeline.ingest.inspection``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, ProgrammeOption, settings_of, source_of
from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    from ccds_pipeline.ingest.inspection.look import Look
    from ccds_pipeline.programme.model import Programme, Source


def inspect(
    file: Annotated[str, typer.Argument(help="An export; a path or URL.")],
    *,
    format_name: Annotated[
        str | None, typer.Option("--format", help="Read it as this.", show_default="what takes it")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Compare with this source's mapping.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="As in a source's options; repeatable.")
    ] = None,
    programme: ProgrammeOption = None,
    data: DataOption = None,
) -> None:
    """Say what an export holds, by counts, and draft its mapping or compare it with a source's."""
    from upath import UPath

    from ccds_pipeline.ingest.inspection.look import look_at
    from ccds_pipeline.ingest.inspection.show import file_lines
    from ccds_pipeline.programme.load import load_programme

    settings = settings_of(data=data, programme=programme)
    meant = load_programme(settings.programme_file)
    compared = None if source is None else source_of(meant, source)
    declared = format_name or (compared.format if compared else "")
    options = (dict(compared.options) if compared else {}) | _options(option or [])
    look = look_at(UPath(file), declared=declared, options=options, runs_folder=settings.runs_folder)
    typer.echo("\n".join(file_lines(look)))
    if look.header is not None:
        typer.echo("\n" + _about_mapping(look, meant, compared))


def _about_mapping(look: Look, programme: Programme, source: Source | None) -> str:
    from ccds_pipeline.ingest.inspection.compare import compare
    from ccds_pipeline.ingest.inspection.draft import draft_source
    from ccds_pipeline.ingest.inspection.show import comparison_lines

    if source is not None:
        return "\n".join(comparison_lines(compare(look, source, programme), source=source.id))
    draft = draft_source(look, programme)
    return f"# A first draft, to be checked line by line and pasted below sources:\n{draft}"


def _options(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if not all(name and equals for name, equals, _ in pairs):
        raise UsageError(
            "an option has no name or no value",
            rule="option_is_a_pair",
            remedy="Write it as --option delimiter=semicolon.",
        )
    return {name: value for name, _, value in pairs}
