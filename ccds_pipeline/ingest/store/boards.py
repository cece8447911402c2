"""The integrated care boards that an installation has loaded, kept with what was recognised by them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.reference.tables import Board
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append


def write_boards(connection: sa.Connection, boards: Sequence[Board]) -> None:
    """Put the loaded boards in place of those that stood there, in the caller's transaction."""
    connection.execute(sa.text(f"DELETE FROM {table_of('ops.board').full_name}"))
    if boards:
        rows = [
            {
                "icb_code": board.code,
                "label": board.name,
                "region_code": board.region_code,
                "valid_to": board.until,
            }
            for board in boards
        ]
        append(connection, table_of("ops.board"), pd.DataFrame(rows))
