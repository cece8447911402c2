"""The key of each cell: whose answers it is of, as one number that says nothing of anybody.

Every person has a noise key. The key of a cell is the sum of the keys of those counted in it: the same people
have the same one in every table and every release. What noise a key stands for belongs in ``perturbation``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import frame_of
from ccds_pipeline.warehouse.select_files import select_statement, statement

_PART = ["population", "breakdown", "level"]
_KEYS = 2**32


@dataclass(frozen=True)
class CellKeys:
    """Keys of what is counted in parts.

    Args:
        everybody: Key of each population in a part; index ``population``, ``breakdown``, ``level``.
        hits: Key of those whom a share counts; index these and ``outcome``.
    """

    everybody: pd.Series
    hits: pd.Series

    def of(self, cells: pd.DataFrame) -> pd.Series:
        """Return the key of the population of each cell; missing where nobody is in it."""
        return _looked_up(self.everybody, cells[_PART])

    def of_hits(self, cells: pd.DataFrame, outcomes: pd.Series) -> pd.Series:
        """Return the key of those whom the share of a cell counts; missing where it counts nobody."""
        return _looked_up(self.hits, cells[_PART].assign(outcome=outcomes))

    def of_others(self, cells: pd.DataFrame, outcomes: pd.Series) -> pd.Series:
        """Return the key of those whom the share of a cell does not count."""
        hits = self.of_hits(cells, outcomes).fillna(0).astype("float64")
        return ((self.of(cells).astype("float64") - hits) % _KEYS).astype("UInt64")


def present_cell_keys(connection: sa.Connection) -> CellKeys:
    """Return the keys of every cell of the candidate, after ``ledger.count_contributions``."""
    return _cell_keys(
        connection, contribution="SELECT * FROM ops.contribution", place="SELECT * FROM ops.place_level"
    )


def cell_keys_as_of(connection: sa.Connection) -> CellKeys:
    """Return the keys of every cell as the KPI tables of a connection are."""
    contribution, place = (
        select_statement(table_of(f"ops.{name}")) for name in ("contribution", "place_level")
    )
    return _cell_keys(connection, contribution=contribution, place=place)


def _cell_keys(connection: sa.Connection, *, contribution: str, place: str) -> CellKeys:
    keyed = statement("release/cell_keys")
    query = (
        f"WITH contribution AS ({contribution}), place_level AS ({place}) SELECT * FROM ({keyed})"  # of code
    )
    keys = frame_of(connection.execute(sa.text(query)))
    is_hit = keys["outcome"] != ""
    return CellKeys(
        keys[~is_hit].set_index(_PART)["cell_key"].astype("UInt64"),
        keys[is_hit].set_index([*_PART, "outcome"])["cell_key"].astype("UInt64"),
    )


def _looked_up(keys: pd.Series, cells: pd.DataFrame) -> pd.Series:
    found = keys.reindex(pd.MultiIndex.from_frame(cells))
    return found.set_axis(cells.index)
