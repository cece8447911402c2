"""``ccds export``: the release in the forms that other tools take."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ccds_pipeline.cli.options import DataOption, settings_of


class Form(StrEnum):
    """Forms in which a release is exported."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"
    MARKDOWN = "markdown"
    SUPERSET = "superset"
    POWER_BI = "power-bi"
    SEMANTIC_MODEL = "semantic-model"


def export(
    forms: Annotated[
        list[Form] | None, typer.Argument(help="Forms to write; all if none.", show_default="all")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder to write into.", show_default="<data>/exports")
    ] = None,
    data: DataOption = None,
) -> None:
    """Write the release as files, or for Superset, Power BI and MetricFlow."""
    from ccds_pipeline.exports.write import export as write

    settings = settings_of(data=data)
    target = to or settings.exports_folder
    files = write(settings.reporting_file, target, forms or list(Form))
    written = Counter(file.relative_to(target).parts[0] for file in files)
    for form, number in written.items():
        typer.echo(f"{target / form} ({number:,} file{'s' if number > 1 else ''})")
