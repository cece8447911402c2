"""Which parts of the published breakdowns hold nearly everybody of another part; nothing is withheld here.

Subtracting one from the other is how small groups are found, whatever the noise of their counts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array


def parts_open_to_differencing(members: pd.DataFrame, *, minimum_people: int) -> pd.DataFrame:
    """Return parts that hold nearly everybody of another part: subtraction would leave a few people.

    Args:
        members: Who is in which part: ``breakdown``, ``level``, ``person``; a person once in each.
        minimum_people: With fewer people between them, two parts are close (PRIVACY.md P18).

    Returns:
        ``breakdown`` and ``level`` of the inner parts, in order. Parts of the same people are not close.
    """
    if members.empty:
        return members[["breakdown", "level"]]
    part, parts = pd.factorize(pd.MultiIndex.from_frame(members[["breakdown", "level"]]), sort=True)
    person, people = pd.factorize(members["person"])
    ones = np.ones(len(members), dtype=np.int64)
    table = csr_array((ones, (part, person)), shape=(len(parts), len(people)))
    both = (table @ table.T).tocoo()
    size: NDArray[np.int64] = np.bincount(part, minlength=len(parts))
    missing = size[both.col] - size[both.row]
    # control: parts near another are withheld
    is_close = (both.data == size[both.row]) & (missing > 0) & (missing < minimum_people)
    return pd.DataFrame(list(parts[np.unique(both.row[is_close])]), columns=["breakdown", "level"])
