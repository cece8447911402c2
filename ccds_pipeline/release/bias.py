"""Whether the noise of a release leaves its shares where they are: on average neither too high nor too low.

The noise itself belongs in ``perturbation``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.release.protection import KEY
from ccds_pipeline.schemas.readings import SHARE

_TOLERATED = 0.001
_STANDARD_ERRORS = 4


@dataclass(frozen=True)
class ShareError:
    """How far the shown shares of a release are from the exact ones.

    Args:
        shares_n: How many are shown as a value, those of an earlier release left out.
        mean: Shown less exact, as a fraction; missing where none is shown.
        standard_error: Of this mean, with the readings as clusters; missing for fewer than two readings.
    """

    shares_n: int
    mean: float | None
    standard_error: float | None

    @property
    def is_by_chance(self) -> bool:
        """Whether the shares are off by a tenth of a point at most, or by what chance explains."""
        return abs(self.mean or 0.0) <= max(_TOLERATED, _STANDARD_ERRORS * (self.standard_error or 0.0))


def share_error(exact: pd.DataFrame, cells: pd.DataFrame) -> ShareError:
    """Return how far shares are off.

    Args:
        exact: Rows of ``kpi.kpi``.
        cells: Rows of ``ops.candidate_cell``.
    """
    is_shown = (
        (cells["unit"] == SHARE.name) & cells["value"].notna() & ~cells["is_carried_forward"].astype("bool")
    )
    both = cells[is_shown].merge(exact[[*KEY, "value"]], on=KEY, suffixes=("", "_exact"))
    # In full: the rounding of what is printed is no bias of a single release.
    both["error"] = (both["numerator"] / both["denominator"] - both["value_exact"]).astype("float64")
    if both.empty:
        return ShareError(0, None, None)
    mean = float(both["error"].mean())
    # The parts of a reading count the same people again and again: their noise goes together.
    sums = both.groupby(KEY[:3])["error"].agg(lambda errors: (errors - mean).sum())
    spread = math.sqrt(float((sums**2).sum())) / len(both) if len(sums) > 1 else None
    return ShareError(len(both), mean, spread)


def read_share_error(connection: sa.Connection) -> ShareError:
    """Return how far the shares of the candidate that was built last are off."""
    row = connection.execute(sa.text("SELECT shares_n, share_error, share_error_se FROM ops.candidate")).one()
    return ShareError(*row)
