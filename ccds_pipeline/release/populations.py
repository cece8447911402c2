"""Of which people each released cell is: what the ledger of releases keeps the cells by.

A released cell changes only when enough of its people came or went since (privacy page, P17). Keeping
and comparing belongs in ``warehouse.release_ledger``.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from ccds_pipeline.programme.model import Kpi, Programme, ReleaseRules

_METHOD = "2"
"""Raised when the way of releasing changes, so that every cell is released anew."""

_REACH = {
    "persons": "attended",
    "attendances": "attended",
    "unidentified_attendances": "unidentified",
    "bookings": "booked",
    "cancellations": "cancelled",
    "no_shows": "no_show",
}
_ITEMS = {"paired_difference": "difference", "E5": "unpaired", "E1_first_tier": "first_tier"}
_WITHOUT_PEOPLE = frozenset({"mobilisation", "not_measured", "data_quality"})


def population_of(one: Kpi, estimand: str, wave: str) -> str:
    """Return the population that a reading of a KPI is of; empty where no person is behind it.

    Where a value rests on more than its population, the population is the smaller part: then enough
    people changed in any case.
    """
    of_rule = {
        "reach": _REACH.get(estimand, ""),
        "returned": f"answered/{wave}",
        "response_rate": f"rate/{wave}",
        "coverage": f"due/{wave}" if estimand == "rate" else f"state/{wave}/{estimand}",
        "change": f"{one.id}/{_ITEMS.get(estimand, 'pair')}",
        "sustained": f"{one.id}/triple",
    }
    if one.rule.type in _WITHOUT_PEOPLE:
        return ""
    return of_rule.get(one.rule.type, f"{one.id}/{_ITEMS.get(estimand, 'item')}")


def populations_of(cells: pd.DataFrame, programme: Programme) -> pd.Series:
    """Return the population of each cell; index of ``cells``."""
    kpis = {one.id: one for one in programme.kpis}
    readings = cells[["kpi_id", "estimand", "wave"]]
    known = {
        (kpi_id, estimand, wave): population_of(kpis[kpi_id], estimand, wave)
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
