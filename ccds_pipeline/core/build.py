"""From staging to the star schema, as a whole in one transaction; what a table holds is in ``sql/core``."""

from __future__ import annotations

import logging

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.select_files import fill_tables, run_statement
from ccds_pipeline.warehouse.tables import create_warehouse, recreate_tables

_log = logging.getLogger(__name__)


def refresh_core(engine: sa.Engine, programme: Programme, basis: Basis) -> dict[str, int]:
    """Rebuild the star schema from staging; return the number of rows by table name.

    Raises:
        ConfigurationError: If responses are of a wave that the programme no longer has.
    """
    _log.info("Building the star schema")
    _refuse_unknown_waves(engine, programme)
    with engine.begin() as connection:
        recreate_tables(connection, (*tables_of("core"), *tables_of("kpi", "sql", "computed", "theme")))
        return fill_core(connection, programme, basis)


def _refuse_unknown_waves(engine: sa.Engine, programme: Programme) -> None:
    with engine.begin() as connection:
        create_warehouse(connection)
        unknown = run_statement(
            connection,
            "ops/unknown_waves",
            sources=[source.id for source in programme.sources],
            waves=[wave.id for wave in programme.waves],
        ).all()
    if unknown:
        found = ", ".join(f"{wave} ({responses:,})" for wave, responses in unknown)
        raise ConfigurationError(
            f"the warehouse holds responses of waves that the programme file does not have: {found}",
            rule="wave_is_known",
            remedy="Give the wave its earlier id, or put its deliveries back into the landing folder: they "
            "are then loaded under the new one.",
        )


def fill_core(connection: sa.Connection, programme: Programme, basis: Basis) -> dict[str, int]:
    """Fill the empty tables of core; return the number of rows by table name."""
    frames = definition_frames(programme)
    frames["dim_icb"] = with_loaded_boards(connection, frames["dim_icb"])
    for table in tables_of("core", "definition"):
        if len(frames[table.name]):
            append(connection, table, frames[table.name])
    counts = fill_tables(connection, tables_of("core", "sql"), parameters={"as_of": basis.as_of})
    return {name: len(frame) for name, frame in frames.items()} | counts


def with_loaded_boards(connection: sa.Connection, shipped: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``core.dim_icb``: loaded boards over shipped ones, code by code."""
    loaded = read_frame(connection, table_of("ops.board"))
    if loaded.empty:
        return shipped
    loaded["valid_to"] = loaded["valid_to"].astype("object").map(lambda day: day.date(), na_action="ignore")
    return pd.concat([shipped, loaded]).drop_duplicates("icb_code", keep="last", ignore_index=True)
