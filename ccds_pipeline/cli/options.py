"""Options and groups of commands, and the settings that options make together with the environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ccds_pipeline.programme.model import Programme, Source
    from ccds_pipeline.settings import Settings

# The groups in which the help lists commands.
BEFORE_A_RUN, EVERY_DAY = "Before a run", "Every day"
RELEASES, RIGHTS, BACKUPS = "Releases and what is made of them", "Rights and evidence", "Backups"

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


def settings_of(
    *,
    data: Path | None,
    landing: str | None = None,
    programme: Path | None = None,
    backup_generations: int | None = None,
) -> Settings:
    """Return the settings of the environment, with the options that were given in their place.

    Raises:
        ConfigurationError: If a setting cannot be used, or the data folder is a file.
    """
    from ccds_pipeline.settings import Settings

    given = {
        "data_dir": data,
        "landing": landing,
        "programme": programme,
        "backup_generations": backup_generations,
    }
    present = {name: value for name, value in given.items() if value is not None}
    settings = Settings.model_validate(Settings().model_dump() | present)
    if settings.data_dir.is_file():
        raise ConfigurationError(
            "this is a file, and a folder is expected",
            place=str(settings.data_dir),
            rule="data_is_a_folder",
            remedy="Name the folder of warehouse and report (option --data).",
        )
    return settings


@contextmanager
def opened(
    data: Path | None, programme: Path | None, *, read_only: bool = False
) -> Iterator[tuple[sa.Connection, Programme]]:
    """Open a transaction on the warehouse of an installation, and read its programme.

    Raises:
        ConfigurationError: If there is no warehouse yet, or the programme file is wrong.
        BusyError: If another process holds the warehouse.
    """
    from ccds_pipeline.programme.load import load_programme
    from ccds_pipeline.warehouse.engine import open_present

    settings = settings_of(data=data, programme=programme)
    content = load_programme(settings.programme_file)
    with open_present(settings.warehouse_file, read_only=read_only) as connection:
        yield connection, content


def source_of(programme: Programme, source_id: str) -> Source:
    """Return the source that an option names; refuse one that the programme does not have."""
    known = programme.sources_by_id
    if source_id not in known:
        raise UsageError(
            "the programme has no such source",
            rule="source_is_known",
            remedy=f"Give --source as one of: {', '.join(sorted(known))}.",
        )
    return known[source_id]
