"""What is released beside the KPIs, as cells like theirs: with the same rules, ledger and attack.

What a table beside the KPIs is made of, and how its released cells become it again, belongs in
``counts`` and ``themes``.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from ccds_pipeline import __version__
from ccds_pipeline.schemas.readings import MEASURED, WHOLE
from ccds_pipeline.schemas.register import table_of

_COMPANION = "companion/"
_FIXED = {
    "definition_status": "confirmed",
    "is_headline": False,
    "phase": WHOLE,
    "status": MEASURED,
    "suppressed": False,
    "code_version": __version__,
}


def name_of(table: str, *parts: str) -> str:
    """Return the name in place of a KPI's in the cells of a table; no KPI has such a name."""
    return _COMPANION + "/".join((table, *parts))


def is_companion(cells: pd.DataFrame) -> pd.Series:
    """Return which cells are of no KPI."""
    return cells["kpi_id"].str.startswith(_COMPANION)


def cells_of(cells: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return the cells of one table, with the further parts of its name as ``parts``."""
    rows = cells[(cells["kpi_id"] + "/").str.startswith(f"{name_of(table)}/")]
    return rows.assign(parts=rows["kpi_id"].str.split("/").str[2:])


def as_cells(
    counted: pd.DataFrame, *, programme_id: str, as_of: date, data_version: str, run_id: str
) -> pd.DataFrame:
    """Return counts as cells of a release.

    Args:
        counted: ``kpi_id`` from ``name_of``, estimand, wave, breakdown, level, numerator, denominator,
            people_n, value, unit, definition_version and population; where the counts decide by themselves
            that a cell is withheld, also suppressed and suppression_reason.
        programme_id: Written in each row, as are the following.
        as_of: Deliveries up to this day are counted.
        data_version: Hash of these deliveries.
        run_id: What computed them.

    Returns:
        The columns of ``kpi.kpi`` and ``population``.
    """
    constants = {"programme": programme_id, "as_of": as_of, "data_version": data_version, "run_id": run_id}
    columns = table_of("kpi.kpi").column_names
    rows = dict.fromkeys(columns) | _FIXED | constants | {name: counted[name] for name in counted}
    rows |= {"eligible_n": counted["denominator"]}
    cells = pd.DataFrame(rows, index=counted.index)[[*columns, "population"]]
    return cells.astype(dict.fromkeys([*table_of("kpi.kpi").key, "population"], "str"))
