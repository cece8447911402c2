"""An attack on a whole release: every count that it shows or rests on, bounded by all that is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.protection import KEY
from ccds_pipeline_tests.support.reconstruction.equations import system_of, unknowns_of
from ccds_pipeline_tests.support.reconstruction.nesting import nesting_of
from ccds_pipeline_tests.support.reconstruction.programs import LEAST_WIDTH, Finding, UnsolvedError, findings

FIVE_COUNTS = 4
"""The ends of a range of five whole numbers are this far apart."""

# The column of kpi.place that gives each breakdown's level.
_LEVELS = {
    "phase": "phase_id",
    "month": "month_label",
    "region": "region_code",
    "icb": "icb_code",
    "sector": "sector",
    "care_setting": "care_setting",
    "staff_group": "staff_group",
    "delivery_mode": "delivery_mode",
    "session": "session_code",
}


@dataclass(frozen=True)
class Attack:
    """What was sought and what was found.

    Args:
        small_n: Counts from 1 to the threshold.
        small: Those of them whose range is narrower than ``LEAST_WIDTH``.
        sizes_n: Numbers of answers and people below the size that matters.
        sizes: Those of them that fewer than five counts agree with.
    """

    small_n: int
    small: list[Finding]
    sizes_n: int
    sizes: list[Finding]


def places(connection: sa.Connection) -> pd.DataFrame:
    """Return the levels at which people were counted: a column per breakdown."""
    columns = ", ".join(f'{column} AS "{name}"' for name, column in _LEVELS.items())
    rows = connection.execute(sa.text(f"SELECT DISTINCT {columns} FROM kpi.place"))  # of code
    return pd.DataFrame(rows.all(), columns=list(_LEVELS))


def attack(
    cells: pd.DataFrame,
    shown: pd.DataFrame,
    where: pd.DataFrame,
    rules: ReleaseRules,
    *,
    large: int,
    moved: int = 0,
) -> Attack:
    """Return what an attacker finds who knows the rules and every sum that holds.

    Args:
        cells: Exact rows of ``kpi.kpi``.
        shown: The same cells as they are released.
        where: Rows of ``places``.
        rules: Thresholds.
        large: A number of answers from which it may be known.
        moved: How many people may have come or gone since a cell was released.

    Raises:
        UnsolvedError: If a count lies outside of what the attacker takes for possible.
    """
    exact = cells.drop_duplicates(KEY).set_index(KEY).sort_index()
    released = shown.set_index(KEY).reindex(exact.index)
    unknowns = unknowns_of(exact.reset_index(), released.reset_index(), rules, moved=moved)
    if unknowns.wrongly_bounded_n():
        # An attacker who is wrong about the rules finds ranges that mean nothing.
        raise UnsolvedError
    system = system_of(unknowns, nesting_of(where))
    small = unknowns.small(rules.suppress_up_to)
    sizes = unknowns.of_columns(["denominator", "people_n"], below=large)
    return Attack(
        len(small),
        findings(system, small, width=LEAST_WIDTH),
        len(sizes),
        findings(system, sizes, width=FIVE_COUNTS),
    )


def found_n(found: list[Finding]) -> int:
    """Return how many counts are known exactly."""
    return int(np.sum([finding.lowest == finding.highest for finding in found]))
