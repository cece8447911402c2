"""Which parts of the published breakdowns hold nearly everybody of another part; nothing is withheld here.

Subtracting one from the other is how small groups are found, whatever the noise of their counts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array


def parts_open_to_differencing(
    members: pd.DataFrame, parts: pd.DataFrame, *, minimum_people: int
) -> NDArray[np.int64]:
    """Return parts that hold nearly everybody of another part: subtraction would leave a few people.

    Args:
        members: Who is counted where: ``person_code``, ``place_code``; somebody may be at several places.
        parts: Which places make up each part: ``part`` (a number from 0), ``place_code``.
        minimum_people: With fewer people between them, two parts are close (PRIVACY.md P18).

    Returns:
        Numbers of the inner parts, in order. Parts of the same people are not close.
    """
    person, people = pd.factorize(members["person_code"])
    place, places = pd.factorize(members["place_code"])
    here = parts[parts["place_code"].isin(places)]
    at = pd.Index(places).get_indexer(here["place_code"])
    parts_n = int(here["part"].max()) + 1 if len(here) else 0
    table = _table(here["part"], at, shape=(parts_n, len(places))) @ _table(
        place, person, shape=(len(places), len(people))
    )
    table.data[:] = 1  # once, from however many places of a part
    both = (table @ table.T).tocoo()
    size: NDArray[np.int64] = table.sum(axis=1)
    missing = size[both.col] - size[both.row]
    # control: parts near another are withheld
    is_close = (both.data == size[both.row]) & (missing > 0) & (missing < minimum_people)
    return np.unique(both.row[is_close])


def _table(
    rows: pd.Series | NDArray[np.int64], columns: NDArray[np.int64], *, shape: tuple[int, int]
) -> csr_array:
    return csr_array((np.ones(len(columns), dtype=np.int64), (np.asarray(rows), columns)), shape=shape)
