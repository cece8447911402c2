"""The commands ``ccds release …``: what is held back, and who approves.

What they do is written in ``ccds_pipeline.release``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, ProgrammeOption, opened, settings_of

if TYPE_CHECKING:
    from ccds_pipeline.release.approval import ReleaseStatus

release_app = typer.Typer(
    name="release", help="Look at the next release, and approve it.", no_args_is_help=True
)


@release_app.command()
def status(data: DataOption = None, programme: ProgrammeOption = None) -> None:
    """Say what is held back of the next release and why, and whether it waits for an approval."""
    from ccds_pipeline.release.approval import release_status

    with opened(data, programme, read_only=True) as (connection, content):
        typer.echo(status_text(release_status(connection, content)))


@release_app.command()
def approve(
    approver: Annotated[str, typer.Option(help="Who approves.")],
    reason: Annotated[str, typer.Option(help="Why it may be released.")],
    exception: Annotated[
        str | None, typer.Option(metavar="KPI/BREAKDOWN/LEVEL", help="Cell reviewed individually.")
    ] = None,
    data: DataOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Record that somebody approves the next release exactly as it is."""
    from ccds_pipeline.release.approval import approve as record

    with opened(data, programme) as (connection, _):
        fingerprint = record(connection, approver=approver, reason=reason, exception=exception)
    typer.echo(f"Approved: {fingerprint}. Run the pipeline to publish it.", err=True)


@release_app.command(name="list")
def list_releases(data: DataOption = None) -> None:
    """Print the releases that are kept, the newest first."""
    from ccds_pipeline.release.publication import kept_releases

    for path in kept_releases(settings_of(data=data).reporting_file):
        typer.echo(path.stem)


@release_app.command()
def rollback(
    release_id: Annotated[str, typer.Argument(help="A release of: ccds release list.")],
    data: DataOption = None,
) -> None:
    """Put an earlier release in front of readers again, with its report and exports."""
    from ccds_pipeline.cli.presented import present_release
    from ccds_pipeline.release.publication import roll_back
    from ccds_pipeline.warehouse.engine import open_warehouse, refuse_missing

    settings = settings_of(data=data)
    refuse_missing(settings.warehouse_file)
    with open_warehouse(settings.warehouse_file) as engine:
        roll_back(engine, settings.reporting_file, release_id)
    present_release(settings)
    typer.echo(f"Readers see {release_id} again, until the next release.", err=True)


def status_text(found: ReleaseStatus) -> str:
    """Return the status as lines of text."""
    lines = [
        f"Candidate:               {found.fingerprint}",
        f"Shown:                   {found.shown_n:,} cells",
        f"Withheld:                {sum(found.withheld.values()):,} cells",
        *(f"  {reason.replace('_', ' '):<23}{cells_n:,}" for reason, cells_n in found.withheld.items()),
        f"As released earlier:     {found.carried_forward_n:,} cells"
        + (f", the oldest as of {found.oldest}" if found.oldest else ""),
        f"Shares shown:            {_shares_text(found)}",
        f"Approval:                {_approval_text(found)}",
    ]
    return "\n".join(lines)


def _shares_text(found: ReleaseStatus) -> str:
    if found.share_error is None:
        return "none"
    return f"{found.shares_n:,}, on average {100 * found.share_error:+.2f} points from the exact ones"


def _approval_text(found: ReleaseStatus) -> str:
    if found.approvers:
        return f"given by {', '.join(found.approvers)}"
    return "needed: ccds release approve" if found.needs_approval else "not needed"
