"""What was known on an earlier day: the KPIs from the deliveries up to then, computed aside.

The warehouse is only read; core and KPI tables are made anew in memory. Staging keeps every version
of every record with the delivery that brought it, so a value that was published once comes out again
after later deliveries and corrections. Which statements run is written in ``build``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.basis import basis_of
from ccds_pipeline.core.build import fill_core
from ccds_pipeline.kpi.build import fill_kpis
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse, refuse_missing, scratch_schemas
from ccds_pipeline.warehouse.tables import create_new_tables


def read_kpis_as_of(warehouse: Path, programme: Programme, as_of: date) -> pd.DataFrame:
    """Return the exact KPIs as they stood on a day, from a warehouse that is opened read-only.

    Raises:
        ConfigurationError: If there is no warehouse.
        CcdsError: If nothing was delivered by that day.
        BusyError: If another process is writing the warehouse.
    """
    refuse_missing(warehouse)
    with open_warehouse(warehouse, read_only=True) as engine:
        return kpis_as_of(engine, programme, as_of, run_id=f"as of {as_of}")


def kpis_as_of(engine: sa.Engine, programme: Programme, as_of: date, *, run_id: str) -> pd.DataFrame:
    """Return the exact KPIs as they stood on a day: the columns of ``kpi.kpi``; see ``warehouse_as_of``."""
    with warehouse_as_of(engine, programme, as_of, run_id=run_id) as connection:
        return read_frame(connection, table_of("kpi.kpi"))


@contextmanager
def warehouse_as_of(
    engine: sa.Engine, programme: Programme, as_of: date, *, run_id: str
) -> Iterator[sa.Connection]:
    """Give a connection on which core and KPI tables are as they stood on a day, until the block ends.

    Args:
        engine: The warehouse; nothing in it is changed.
        programme: Today's definitions; their versions are in the rows.
        as_of: Deliveries up to this day are counted, and follow-ups are due by it.
        run_id: Said in the rows.

    Raises:
        CcdsError: If nothing was delivered by that day.
    """
    with (
        engine.connect() as connection,
        scratch_schemas(connection, read=("staging", "ops"), make=("core", "kpi")),
    ):
        basis = basis_of(connection, as_of)
        create_new_tables(connection, (*tables_of("core"), *tables_of("kpi", "sql", "computed", "theme")))
        fill_core(connection, programme, basis)
        fill_kpis(connection, programme, basis, run_id=run_id)
        yield connection
