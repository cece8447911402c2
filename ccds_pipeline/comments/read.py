"""Read the comments that count: one row per comment of a valid response.

Which responses are valid is decided in ``sql/core`` and ``sql/kpi``.
"""

from __future__ import annotations

import hashlib

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.warehouse.bulk import driver_of
from ccds_pipeline.warehouse.select_files import statement

REFERENCE_DIGITS = 12


def read_comments(connection: sa.Connection) -> pd.DataFrame:
    """Return the comments of valid responses, ordered by response and question; restricted.

    Returns:
        Columns response_key, question_id, wave, respondent_key, redacted_text and ``reference``: the
        short name of the response on coding sheets, equal for all comments of one response.
    """
    comments: pd.DataFrame = driver_of(connection).execute(statement("comments/counted_comments")).df()
    return comments.assign(reference=_references(comments["response_key"]))


def _references(response_keys: pd.Series) -> pd.Series:
    """Name responses by a hash, so that a sheet holds no key that joins with other tables.

    The letter in front keeps a spreadsheet from reading a number into it.
    """
    digests = [hashlib.sha256(f"comment {key}".encode()).hexdigest() for key in response_keys]
    return pd.Series(
        [f"r{digest[:REFERENCE_DIGITS]}" for digest in digests], index=response_keys.index, dtype="str"
    )
