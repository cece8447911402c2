"""The ``ccds audit`` commands: read the trail, and prove that nobody changed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, settings_of

if TYPE_CHECKING:
    from ccds_pipeline.warehouse.audit import AuditRecord

audit_app = typer.Typer(name="audit", help="List and verify the audit trail.", no_args_is_help=True)


@audit_app.command(name="list")
def list_records(data: DataOption = None) -> None:
    """Print every record, one per line."""
    with _trail(data) as trail:
        for record in trail:
            at = record.recorded_at.isoformat(timespec="seconds")
            typer.echo(
                f"{record.sequence_n:>6}  {at}Z  {record.actor}  {record.action:<13}  {record.details}"
            )


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
    from ccds_pipeline.warehouse.audit import audit_trail
    from ccds_pipeline.warehouse.engine import open_present

    with open_present(settings_of(data=data).warehouse_file, read_only=True) as connection:
        yield audit_trail(connection)
