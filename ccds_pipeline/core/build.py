"""From staging to the star schema, as a whole in one transaction; what a table holds is in ``sql/core``."""

from __future__ import annotations

import sqlalchemy as sa

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.boards import with_loaded_boards
from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import recreate_tables


def refresh_core(engine: sa.Engine, programme: Programme, basis: Basis) -> dict[str, int]:
    """Rebuild the star schema from staging; return the number of rows by table name."""
    with engine.begin() as connection:
        recreate_tables(connection, (*tables_of("core"), *tables_of("kpi", "sql", "computed", "theme")))
        return fill_core(connection, programme, basis)


def fill_core(connection: sa.Connection, programme: Programme, basis: Basis) -> dict[str, int]:
    """Fill the empty tables of core; return the number of rows by table name."""
    frames = definition_frames(programme)
    frames["dim_icb"] = with_loaded_boards(connection, frames["dim_icb"])
    for table in tables_of("core", "definition"):
        if len(frames[table.name]):
            append(connection, table, frames[table.name])
    counts = fill_tables(connection, tables_of("core", "sql"), parameters={"as_of": basis.as_of})
    return {name: len(frame) for name, frame in frames.items()} | counts
