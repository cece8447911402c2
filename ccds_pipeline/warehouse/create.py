"""Create the restricted warehouse."""

from __future__ import annotations

import sqlalchemy as sa

from ccds_pipeline.schemas.register import restricted_tables
from ccds_pipeline.warehouse.tables import create_tables


def create_warehouse(connection: sa.Connection) -> None:
    """Create every table of the restricted warehouse that does not exist yet."""
    create_tables(connection, restricted_tables())
