"""The ``ccds reference`` commands: load tables of organisations and boards, and say which are in force.

What a table is is written in ``ccds_pipeline.reference``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, settings_of
from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccds_pipeline.reference.tables import Row

reference_app = typer.Typer(
    name="reference", help="Tables of organisations and integrated care boards.", no_args_is_help=True
)


@reference_app.command()
def load(
    file: Annotated[Path, typer.Argument(help="ODS file (etr.csv, epraccur.csv, …) or own table.")],
    snapshot: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Day of the data.", show_default="day of the file"),
    ] = None,
    data: DataOption = None,
) -> None:
    """Load a file's organisations or boards; of one code, the newest snapshot is in force."""
    from ccds_pipeline.reference.read import read_file
    from ccds_pipeline.reference.tables import Organisation, store

    rows = read_file(file, snapshot_on=_day(snapshot, file))
    stored = store(settings_of(data=data).reference_folder, rows)
    kind = "organisations" if isinstance(rows[0], Organisation) else "boards"
    typer.echo(f"{len(rows):,} {kind} of {rows[0].snapshot_on}; {stored:,} loaded in all.", err=True)
    for gap, number in _gaps(rows).items():
        typer.echo(f"{number:>8,}  {gap}", err=True)
    typer.echo("The next ccds run loads again the deliveries whose employers they recognise.", err=True)


@reference_app.command()
def status(data: DataOption = None) -> None:
    """Print which tables are in force, by where they come from."""
    from ccds_pipeline.reference.tables import read_reference

    reference = read_reference(settings_of(data=data).reference_folder)
    typer.echo("table          in force  closed  snapshot    source")
    for name, rows in (("organisations", reference.organisations), ("boards", reference.boards)):
        for (snapshot_on, digest), own in sorted(_by_source(rows).items()):
            closed = sum(row.until is not None for row in own)
            source = f"file, sha256 {digest[:12]}" if digest else "shipped with the package"
            typer.echo(f"{name:<13}  {len(own):>8,}  {closed:>6,}  {snapshot_on}  {source}")
    typer.echo("Contains NHS England data © Crown copyright, Open Government Licence v3.0.")


def _by_source(rows: Sequence[Row]) -> dict[tuple[date, str], list[Row]]:
    found: dict[tuple[date, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.snapshot_on, row.source_digest), []).append(row)
    return found


def _gaps(rows: Sequence[Row]) -> dict[str, int]:
    """Count what the rows leave open, so that nobody takes them for complete."""
    from ccds_pipeline.reference.tables import Organisation

    organisations = [row for row in rows if isinstance(row, Organisation)]
    return {
        "closed": sum(row.until is not None for row in rows),
        "closed without a successor": sum(row.until is not None and not row.successor for row in rows),
        "without a care setting": sum(row.care_setting == "unknown" for row in organisations),
    }


def _day(text: str | None, file: Path) -> date:
    try:
        if text is not None:
            return date.fromisoformat(text)
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    except (ValueError, OSError):
        raise UsageError(
            "there is no such file, or the snapshot is not a date",
            rule="reference_snapshot",
            remedy="Name the file, and write the snapshot as YYYY-MM-DD, such as 2026-10-31.",
        ) from None
