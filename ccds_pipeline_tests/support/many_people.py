"""Many invented people around the rights scenario, of people of every kind that a release counts.

Some are known by their address, some by the place that they booked under a shared address, some by a code
in two surveys, alike or with a slip, and some not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ccds_pipeline_tests.support.rights_scenario import Scenario, new_scenario

SHARED = "ward.desk@example.org"
_CONTRIBUTIONS = "SELECT population, person_code, place_code, content_code FROM ops."
PRESENT = f"{_CONTRIBUTIONS}contribution"
"""Selects who is behind the candidate that was built last."""
RELEASED = f"{_CONTRIBUTIONS}released_contribution WHERE until_n IS NULL"
"""Selects who is behind what was released, as the ledger says."""
_RULES = "linking: {require_attendance: false}\n"
_CODES = ("MARSH27", "OTTER31", "HERON58", "STOAT64", "FINCH90", "TROUT12", "VIXEN45", "SHREW83")
_KEY = ["kpi_id", "estimand", "wave", "breakdown", "level"]


def scenario_with_many_people(folder: Path) -> Scenario:
    """Return the rights scenario with many people, delivered and not yet loaded."""
    scenario = new_scenario(folder, rules=_RULES)
    scenario.deliver(people(range(40)), day="2022-05-02")
    scenario.deliver(_sharing(4) | _coded() | _unknown(14), day="2022-05-03")
    return scenario


def people(numbers: Iterable[int]) -> dict[str, list[str]]:
    """Return rows of people who attended and answered, by source."""
    mails = {one: f"p{one}@example.org" for one in numbers}
    return {
        "presence": [f"{mail},S-1,2022-03-10 09:00,2022-03-10 12:00" for mail in mails.values()],
        "survey": [f"c{one},{mail},,S-1,2022-03-10 13:00,{4 + one % 5},OK" for one, mail in mails.items()],
    }


def cells_by_key(released: pd.DataFrame) -> pd.DataFrame:
    """Return released cells by key as texts, for a comparison of two releases."""
    return released.astype("object").where(released.notna(), "").astype("str").set_index(_KEY).sort_index()


def _sharing(number: int) -> dict[str, list[str]]:
    return {
        "bookings": [f"R-DESK-{one},{SHARED},S-1,booked" for one in range(number)],
        "survey": [f"d{one},{SHARED},R-DESK-{one},,2022-03-10 13:00,{5 + one},OK" for one in range(number)],
    }


def _coded() -> dict[str, list[str]]:
    slips = [*_CODES[:2], *(code[:-1] + "6" for code in _CODES[2:])]
    return {
        "coded_before": [f"b{at},{code},S-1,3" for at, code in enumerate(_CODES)],
        "coded_after": [f"a{at},{code},S-1,7" for at, code in enumerate(slips)],
    }


def _unknown(number: int) -> dict[str, list[str]]:
    return {"presence": [f",U-{one},2022-03-10 09:00,2022-03-10 12:00" for one in range(number)]}
