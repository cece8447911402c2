"""Options that several commands take, and the settings that they make together with the environment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ccds_pipeline.settings import Settings

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="CCDS_DATA_DIR",
        help="Folder of warehouse, report and Dagster home.",
        show_default="data",
    ),
]
LandingOption = Annotated[
    str | None,
    typer.Option(envvar="CCDS_LANDING", help="Folder or URL of deliveries.", show_default="<data>/landing"),
]
ProgrammeOption = Annotated[
    Path | None,
    typer.Option(envvar="CCDS_PROGRAMME", help="Programme file.", show_default="the CCDS programme"),
]


def settings_of(*, data: Path | None, landing: str | None = None, programme: Path | None = None) -> Settings:
    """Return the settings of the environment, with the options that were given in their place."""
    from ccds_pipeline.settings import Settings

    given = {"data_dir": data, "landing": landing, "programme": programme}
    present = {name: value for name, value in given.items() if value is not None}
    return Settings.model_validate(Settings().model_dump() | present)
