"""The integrated care boards that an installation has loaded, kept with what was recognised by them.

Which boards those are stands in ``reference.tables``; the shipped ones are not stored here.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.reference.tables import Board
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append, read_frame


def write_boards(connection: sa.Connection, boards: Sequence[Board]) -> None:
    """Put the loaded boards in place of those that stood there, in the caller's transaction."""
    connection.execute(sa.text(f"DELETE FROM {table_of('ops.board').full_name}"))
    if boards:
        rows = [
            {"icb_code": one.code, "label": one.name, "region_code": one.region_code, "valid_to": one.until}
            for one in boards
        ]
        append(connection, table_of("ops.board"), pd.DataFrame(rows))


def with_loaded_boards(connection: sa.Connection, shipped: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``core.dim_icb``: loaded boards over shipped ones, code by code."""
    loaded = read_frame(connection, table_of("ops.board"))
    if loaded.empty:
        return shipped
    loaded["valid_to"] = loaded["valid_to"].astype("object").map(lambda day: day.date(), na_action="ignore")
    return pd.concat([shipped, loaded]).drop_duplicates("icb_code", keep="last", ignore_index=True)


def loaded_labels(connection: sa.Connection) -> dict[str, str]:
    """Return the names of the loaded boards by their codes."""
    loaded = read_frame(connection, table_of("ops.board"))
    return dict(zip(loaded["icb_code"], loaded["label"], strict=True))
