"""The command ``ccds inspect``; what it does is in ``ingest.inspection`` and ``ingest.dry_run``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, ProgrammeOption, settings_of, source_of
from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    from upath import UPath

    from ccds_pipeline.ingest.inspection.compare import Comparison
    from ccds_pipeline.programme.model import Programme, Source
    from ccds_pipeline.settings import Settings


def inspect(
    file: Annotated[str, typer.Argument(help="An export; a path or URL.")],
    *,
    format_name: Annotated[
        str | None, typer.Option("--format", help="Export format.", show_default="detected")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Compare with this source's mapping.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="As in a source's options; repeatable.")
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Print the lines of the source that renamed columns change.")
    ] = False,
    programme: ProgrammeOption = None,
    data: DataOption = None,
) -> None:
    """Say what an export holds, and draft its mapping, or say what a load as a source would bring.

    Nothing is written. Only which records were known before needs the pseudonym key.
    """
    from upath import UPath

    from ccds_pipeline.ingest.inspection.compare import compare
    from ccds_pipeline.ingest.inspection.draft import draft_source
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
    if look.header is None:
        return
    if compared is not None:
        _compare(UPath(file), compare(look, compared, meant), compared, meant, settings, propose=propose)
    else:
        draft = draft_source(look, meant)
        typer.echo(f"\n# A first draft, to be checked line by line and pasted below sources:\n{draft}")


def _compare(
    file: UPath, found: Comparison, source: Source, programme: Programme, settings: Settings, *, propose: bool
) -> None:
    from ccds_pipeline.ingest.dry_run import dry_run_lines, run_dry
    from ccds_pipeline.ingest.inspection.propose import changed_lines
    from ccds_pipeline.ingest.inspection.show import comparison_lines

    typer.echo("\n" + "\n".join(comparison_lines(found, source=source.id)))
    if propose:
        typer.echo("\n" + "\n".join(changed_lines(found, source)))
    if not found.is_refused:
        typer.echo("\n" + "\n".join(dry_run_lines(run_dry(file, source, programme, settings))))


def _options(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if not all(name and equals for name, equals, _ in pairs):
        raise UsageError(
            "an option has no name or no value",
            rule="option_is_a_pair",
            remedy="Write it as --option delimiter=semicolon.",
        )
    return {name: value for name, _, value in pairs}
