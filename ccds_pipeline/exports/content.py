"""What every export holds: the released tables, and what has to be said wherever they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from ccds_pipeline.schemas.register import Table, tables_of
from ccds_pipeline.warehouse.bulk import driver_of
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.publish import refuse_unreleased

WITHHELD = (
    "Counts carry a little random noise, and cells that could give somebody away are withheld: they are "
    "empty, never zero. Parts therefore do not add up to their total."
)
"""Said in every export."""
OF_SESSIONS = frozenset({"month", "phase", "session"})
"""Breakdowns by when people came: charts of who they are leave them out."""


@dataclass(frozen=True)
class Content:
    """One release.

    Args:
        tables: Every released table by its name, in the register's columns; rows in the order of reading.
        programme: Name of the programme.
        note: Said wherever the data is shown; empty for real data.
        release_id: Which release it is.
        as_of: Deliveries up to this day are counted.
        file: The released file.
    """

    tables: Mapping[str, pa.Table]
    programme: str
    note: str
    release_id: str
    as_of: date
    file: Path

    @property
    def source(self) -> str:
        """Where the figures are from, in one sentence."""
        return (
            f"Source: {self.programme}, release {self.release_id}, deliveries up to {self.as_of:%-d %B %Y}."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said beside the figures, a sentence each."""
        return tuple(filter(None, (self.source, self.note, WITHHELD)))

    @property
    def standing_notes(self) -> tuple[str, ...]:
        """The same for what goes on reading later releases: these say themselves which they are."""
        source = f"Source: {self.programme}; the table release says which release, and up to which day."
        return (source, *self.notes[1:])


def read_content(release_file: Path) -> Content:
    """Return what a released file holds.

    Raises:
        ConfigurationError: If nothing was released yet.
    """
    refuse_unreleased(release_file)
    with open_database(release_file, read_only=True) as engine, engine.connect() as connection:
        driver = driver_of(connection)
        tables = {table.name: _rows(driver, table) for table in tables_of("reporting")}
    (programme,), (release,) = (tables[name].to_pylist() for name in ("programme", "release"))
    return Content(
        tables,
        programme["name"],
        programme["note"] or "",
        release["release_id"],
        release["as_of"],
        release_file.absolute(),
    )


def _rows(driver: Any, table: Table) -> pa.Table:  # noqa: ANN401  # the driver's own connection
    columns = ", ".join(table.column_names)
    orders = [name for name in table.column_names if name.endswith("_order")]
    in_order = ", ".join([*orders, *table.key])
    query = f"SELECT {columns} FROM {table.full_name} ORDER BY {in_order}"  # noqa: S608  # from the register
    return driver.execute(query).to_arrow_table()
