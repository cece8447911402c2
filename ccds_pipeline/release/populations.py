"""Of which people each released cell is: what the ledger of releases keeps the cells by.

A released cell changes only when enough of its people came or went since (PRIVACY.md P17). Keeping
and comparing belongs in ``release.ledger``.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from ccds_pipeline.kpi.rules.rule import rule_of
from ccds_pipeline.programme.model import Programme, ReleaseRules

_METHOD = "2"
"""Raised when the way of releasing changes, so that every cell is released anew."""


def populations_of(cells: pd.DataFrame, programme: Programme) -> pd.Series:
    """Return the population of each cell; index of ``cells``."""
    rules = {kpi.id: rule_of(kpi, programme) for kpi in programme.kpis}
    readings = cells[["kpi_id", "estimand", "wave"]]
    known = {
        (kpi_id, estimand, wave): rules[kpi_id].population_of(estimand, wave)
        for kpi_id, estimand, wave in readings.drop_duplicates().itertuples(index=False)
    }
    return pd.Series(
        [known[reading] for reading in readings.itertuples(index=False, name=None)],
        index=cells.index,
        dtype="str",
    )


def rules_of(rules: ReleaseRules) -> str:
    """Return a short hash of everything that decides how a cell is released."""
    content = f"{_METHOD}/{rules.suppress_up_to}/{rules.round_to}/{rules.minimum_people}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]
