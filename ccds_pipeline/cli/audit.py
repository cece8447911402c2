"""The ``ccds audit`` commands: read the trail, and prove that nobody changed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption
from ccds_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from ccds_pipeline.warehouse.audit import AuditRecord

audit_app = typer.Typer(
    name="audit", help="The audit trail: what was done, and whether it was changed.", no_args_is_help=True
)


@audit_app.command(name="list")
def list_records(data: DataOption = None) -> None:
    """Print every record, one per line."""
    with _trail(data) as trail:
        for one in trail:
            at = one.recorded_at.isoformat(timespec="seconds")
            typer.echo(f"{one.sequence_n:>6}  {at}Z  {one.actor}  {one.action:<13}  {one.details}")


@audit_app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="Head that was kept elsewhere; it must be there still.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Recompute the chain; name the first record that was edited, dropped or moved."""
    from ccds_pipeline.warehouse.audit import NO_RECORD, verify_trail

    with _trail(data) as trail:
        verify_trail(trail, head=head)
        typer.echo(trail[-1].record_hash if trail else NO_RECORD)
        typer.echo(
            f"{len(trail):,} records, unbroken. The line above is the head: keep it elsewhere, and give it "
            "as --head next time.",
            err=True,
        )


@contextmanager
def _trail(data: Path | None) -> Iterator[list[AuditRecord]]:
    from ccds_pipeline.settings import Settings
    from ccds_pipeline.warehouse.audit import audit_trail
    from ccds_pipeline.warehouse.engine import open_warehouse

    file = (Settings(data_dir=data) if data else Settings()).warehouse_file
    if not file.exists():
        raise ConfigurationError(
            "there is no audit trail yet",
            place=file.name,
            rule="warehouse_exists",
            remedy="Run the pipeline first: ccds run (with the same --data).",
        )
    with open_warehouse(file, read_only=True) as engine, engine.connect() as connection:
        yield audit_trail(connection)
