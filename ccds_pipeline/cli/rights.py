"""The commands for data subjects' rights: erase, export, a new key, retention, and the data dictionary.

What they do is written in ``ccds_pipeline.rights``. An address is never printed; results go to stdout.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import RIGHTS, DataOption, LandingOption, ProgrammeOption, settings_of
from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    from ccds_pipeline.settings import Settings

rights_app = typer.Typer()
retention_app = typer.Typer(name="retention", help="Remove what is older than allowed.", no_args_is_help=True)
rights_app.add_typer(retention_app, rich_help_panel=RIGHTS)

_DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Count, and change nothing.")]
_EmailArgument = Annotated[
    str,
    typer.Argument(
        metavar="[EMAIL]",
        help="Address of the person. Better left out and typed when asked, or sent to stdin: what is in "
        "a command is kept in the shell's history.",
    ),
]


@rights_app.command(rich_help_panel=RIGHTS)
def erase(
    email: _EmailArgument = "-",
    dry_run: _DryRunOption = False,
    data: DataOption = None,
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Erase a person from every table, for good, and release anew; print a receipt without personal data."""
    from ccds_pipeline.ingest.installation import open_ingest
    from ccds_pipeline.rights.erasure import erase as erase_person

    settings = _settings(data, landing, programme)
    ingest = open_ingest(settings)
    done = erase_person(settings, ingest.programme, ingest.pseudonymiser, _address(email), dry_run=dry_run)
    typer.echo(done.receipt.as_json())
    if done.receipt.is_empty:
        typer.echo("Nothing held.", err=True)
    elif dry_run:
        typer.echo("Nothing was changed. These rows would be erased, and the KPIs computed anew.", err=True)
    else:
        typer.echo(
            "Erased. The person's rows in delivered files, and in copies made otherwise than by ccds backup, "
            "are with their owners.",
            err=True,
        )
    if not dry_run:
        _publish_and_renew(settings, is_changed=done.is_rewritten)


@rights_app.command(name="export-subject", rich_help_panel=RIGHTS)
def export_subject(
    email: _EmailArgument = "-",
    out: Annotated[
        Path | None, typer.Option(help="Write it here, readable by its owner only; must not exist yet.")
    ] = None,
    data: DataOption = None,
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Print everything held of a person as one JSON document, with what each column means."""
    from ccds_pipeline.ingest.installation import open_ingest
    from ccds_pipeline.rights.access import subject_document
    from ccds_pipeline.sources.private_file import private_out

    settings = _settings(data, landing, programme)
    ingest = open_ingest(settings)
    with private_out(out) if out else nullcontext(sys.stdout) as file:
        document, receipt = subject_document(
            settings, ingest.programme, ingest.pseudonymiser, _address(email)
        )
        typer.echo(document, file=file)
    rows = sum(receipt.rows_by_table.values())
    message = (
        "Nothing held." if receipt.is_empty else f"{rows:,} rows of {len(receipt.rows_by_table)} tables."
    )
    typer.echo(message, err=True)


@rights_app.command(name="rotate-key", rich_help_panel=RIGHTS)
def rotate_key(
    new_key_file: Annotated[Path, typer.Option(help="File that holds the new pseudonym key.")],
    dry_run: _DryRunOption = False,
    data: DataOption = None,
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Give every pseudonym a new value, from the deliveries; then the old key can be destroyed."""
    from ccds_pipeline.deidentify.pseudonym import Pseudonymiser, read_key_file
    from ccds_pipeline.ingest.installation import open_ingest
    from ccds_pipeline.rights.rotation import rotate

    settings = _settings(data, landing, programme)
    new = Pseudonymiser(read_key_file(new_key_file))
    rotation = rotate(settings, open_ingest(settings), new, dry_run=dry_run)
    typer.echo(json.dumps(vars(rotation), indent=2))
    if dry_run:
        typer.echo("Nothing was changed; the rotation would succeed.", err=True)
        return
    typer.echo(
        "Rotated. From now on set CCDS_PSEUDONYM_KEY_FILE to the new key's file. Destroy the old key, and "
        "copies of the warehouse that were made otherwise than by ccds backup.",
        err=True,
    )
    # What follows in this process is computed under the new key.
    os.environ.pop("CCDS_PSEUDONYM_KEY", None)
    os.environ["CCDS_PSEUDONYM_KEY_FILE"] = str(new_key_file)
    _publish_and_renew(_settings(data, landing, programme), is_changed=True)


@retention_app.command()
def apply(
    dry_run: _DryRunOption = False,
    data: DataOption = None,
    landing: LandingOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Remove what is older than the programme file allows, by delivery date, and release anew."""
    from ccds_pipeline.ingest.installation import open_ingest
    from ccds_pipeline.rights.retention import apply_retention

    settings = _settings(data, landing, programme)
    retention = open_ingest(settings).programme.retention
    if retention is None:
        typer.echo("The demonstration sets no retention: nothing is removed.", err=True)
        return
    today = datetime.now(UTC).date()
    counts = apply_retention(settings, retention, today=today, dry_run=dry_run)
    typer.echo(json.dumps(counts, indent=2))
    typer.echo(f"By {retention.source}." + (" Nothing was changed." if dry_run else ""), err=True)
    if not dry_run:
        _publish_and_renew(settings, is_changed=any(counts.values()))


@rights_app.command(rich_help_panel=RIGHTS)
def dictionary() -> None:
    """Print the data dictionary: every column with class, purpose, retention and generalisation."""
    from ccds_pipeline.schemas.dictionary import data_dictionary

    typer.echo(data_dictionary())


def _address(given: str) -> str:
    if given != "-":
        return given
    if sys.stdin.isatty():
        return str(typer.prompt("E-mail address of the person", err=True))
    lines = [line.strip() for line in sys.stdin.read().splitlines() if line.strip()]
    if len(lines) > 1:
        raise UsageError(
            f"{len(lines)} lines were given, and one address is wanted",
            rule="one_address",
            remedy="Give one address at a time.",
        )
    return lines[0] if lines else ""


def _publish_and_renew(settings: Settings, *, is_changed: bool) -> None:
    """Release anew if something was changed, and make backups anew in any case, also where that fails."""
    from ccds_pipeline.backup.make import renew_backups

    try:
        if is_changed:
            _publish(settings)
    finally:
        removed = sum(made.removed_n for made in renew_backups(settings))
        if removed:
            typer.echo(f"{removed:,} backups from before were removed, and new ones made.", err=True)


def _publish(settings: Settings) -> None:
    """Load what is outstanding, check and release anew; leave with the exit code of what went wrong."""
    from ccds_pipeline.cli.pipeline import Days, pipeline_run

    pipeline = pipeline_run(settings)
    pipeline.execute(Days(), load_all=False, release_incomplete=False)
    if not pipeline.is_released:
        typer.echo("There is no new release, and there are no KPIs until ccds run succeeds.", err=True)
    if pipeline.exit_code:
        raise typer.Exit(pipeline.exit_code)


def _settings(data: Path | None, landing: str | None, programme: Path | None) -> Settings:
    from ccds_pipeline.warehouse.engine import refuse_missing

    settings = settings_of(data=data, landing=landing, programme=programme)
    refuse_missing(settings.warehouse_file)
    return settings
