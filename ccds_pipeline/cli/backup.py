"""The commands ``ccds backup``, ``verify`` and ``restore``; what they do is in ``ccds_pipeline.backup``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, settings_of

if TYPE_CHECKING:
    from ccds_pipeline.backup.generations import Generation
    from ccds_pipeline.backup.manifest import Manifest

_MIB = 1024**2
_NameArgument = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="A backup, as ccds backup named it.", show_default="newest"),
]


def backup(
    *,
    whole: Annotated[
        bool, typer.Option("--whole", help="Back the whole warehouse up, with what can be loaded again.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many backups of this kind are kept.",
            envvar="CCDS_BACKUP_GENERATIONS",
            show_default="7",
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Back up what cannot be computed again, while a run goes on too, and read the backup back."""
    from ccds_pipeline.backup.generations import Kind
    from ccds_pipeline.backup.make import back_up

    settings = settings_of(data=data, backup_generations=keep)
    made = back_up(settings, Kind.WHOLE if whole else Kind.STATE)
    typer.echo(made.generation.path)
    typer.echo(_content(made.generation, made.manifest), err=True)
    if made.removed_n:
        typer.echo(f"Removed {made.removed_n:,} earlier backups.", err=True)
    if not made.generation.is_encrypted:
        typer.echo("It is not encrypted: set CCDS_BACKUP_KEY_FILE to have that.", err=True)


def verify(name: _NameArgument = None, data: DataOption = None) -> None:
    """Read a backup back and compare it with its manifest: digests, rows by table, audit trail."""
    from ccds_pipeline.backup.generations import find_generation
    from ccds_pipeline.backup.make import verify as read_back

    settings = settings_of(data=data)
    generation = find_generation(settings.backups_folder, name)
    manifest = read_back(settings, generation)
    typer.echo(generation.path)
    typer.echo(f"Whole. {_content(generation, manifest)}", err=True)


def restore(
    name: _NameArgument = None,
    *,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Restore although what is there is newer, and lose that.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Put a backup in place of a warehouse that is gone or older, and say what it brings back."""
    from ccds_pipeline.backup.generations import find_generation
    from ccds_pipeline.backup.restore import restore as bring_back

    settings = settings_of(data=data)
    generation = find_generation(settings.backups_folder, name)
    manifest = bring_back(settings, generation, overwrite=overwrite)
    typer.echo(_content(generation, manifest), err=True)
    typer.echo(
        "Restored. What was loaded, approved, released or recorded since then is not in it; people who were "
        "erased since then have to be erased again. Now: ccds run, which loads what is outstanding and "
        "computes the KPIs.",
        err=True,
    )


def _content(generation: Generation, manifest: Manifest) -> str:
    """Return what a backup holds, by counts alone."""
    files = manifest.files
    rows = files["warehouse.duckdb"].rows
    counts = {
        "people on the list of the erased": manifest.people_erased_n,
        "audit records": manifest.audit_records_n,
        "releases in the ledger": rows.get("ops.release", 0),
        "approvals": rows.get("ops.release_approval", 0) + rows.get("ops.quotation_approval", 0),
        "releases as files": sum(name.startswith("releases/") for name in files),
        "delivered files in the ledger": rows.get("ops.delivery", 0),
    }
    what = "the whole warehouse" if generation.kind == "whole" else "what no delivery brings again"
    said = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    size = sum(file.size_bytes for file in files.values()) / _MIB
    return f"Backup of {manifest.made_at.isoformat(sep=' ')} UTC, {what}, {size:,.1f} MiB: {said}."
