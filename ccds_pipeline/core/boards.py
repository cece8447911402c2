"""The integrated care boards that an installation has loaded, beside the shipped ones.

Which boards those are is decided in ``reference.tables``; ``ingest.store.ledger`` keeps them.
"""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import read_frame


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
