"""Create the restricted warehouse, and tables that a connection needs for a while."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.schemas.register import Table
from ccds_pipeline.schemas.restricted import RESTRICTED_TABLES
from ccds_pipeline.warehouse.bulk import arrow_table
from ccds_pipeline.warehouse.tables import create_tables


def create_warehouse(connection: sa.Connection) -> None:
    """Create every table of the restricted warehouse that does not exist yet."""
    create_tables(connection, RESTRICTED_TABLES)


def create_temporary(connection: sa.Connection, table: Table, *, name: str) -> None:
    """Create an empty temporary table of that name with the columns of a table; replace an earlier one."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  # an open SQLAlchemy connection has one
    empty = arrow_table(pd.DataFrame(columns=table.column_names), table.columns)
    driver.register("empty_frame", empty)
    try:
        connection.execute(sa.text(f"CREATE OR REPLACE TEMPORARY TABLE {name} AS FROM empty_frame"))
    finally:
        driver.unregister("empty_frame")
