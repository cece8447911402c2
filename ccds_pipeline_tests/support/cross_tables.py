"""Invented people with an employer and a staff group, counted in crossed tables and all their margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ccds_pipeline_tests.support.kpi_cells import cells, count_cell
from ccds_pipeline_tests.support.reconstruction.nesting import Pairs, nesting_of

REGIONS = [f"Y{number}" for number in range(56, 63)]
STAFF_GROUPS = [f"{number:03d}" for number in range(12)]
PEOPLE_PER_ORGANISATION = 40
NESTED: Pairs = (
    ("organisation_by_staff_group", "organisation"),
    ("organisation_by_staff_group", "region_by_staff_group"),
    ("region_by_staff_group", "region"),
    ("region_by_staff_group", "staff_group"),
    ("organisation", "region"),
)


@dataclass(frozen=True)
class CrossTables:
    """Rows of ``kpi.kpi`` (persons by part), and which part lies in which."""

    kpis: pd.DataFrame
    nesting: pd.DataFrame


def cross_tables(people_n: int, *, seed: int = 4) -> CrossTables:
    """Return the tables of that many people; few employers are large and most are small."""
    generator = np.random.default_rng(seed)
    organisations_n = max(8, people_n // PEOPLE_PER_ORGANISATION)
    size = 1 / np.arange(1, organisations_n + 1)
    organisation = generator.choice(organisations_n, people_n, p=size / size.sum())
    group_size = 1 / np.arange(1, len(STAFF_GROUPS) + 1)
    group = generator.choice(len(STAFF_GROUPS), people_n, p=group_size / group_size.sum())
    people = pd.DataFrame(
        {
            "region": np.array(REGIONS)[organisation % len(REGIONS)],
            "organisation": [f"R{number:04d}" for number in organisation],
            "staff_group": np.array(STAFF_GROUPS)[group],
        }
    )
    people["organisation_by_staff_group"] = people["organisation"] + "|" + people["staff_group"]
    people["region_by_staff_group"] = people["region"] + "|" + people["staff_group"]
    rows = [count_cell("all", people_n)] + [
        count_cell(str(level), count, breakdown=breakdown)
        for breakdown in people.columns
        for level, count in people[breakdown].value_counts().items()
    ]
    return CrossTables(cells(*rows), nesting_of(people, NESTED))
