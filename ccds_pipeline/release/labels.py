"""What the parts of a release are called: a label for each KPI and for each level of a breakdown."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ccds_pipeline.deidentify.generalise import label_of
from ccds_pipeline.programme.model import Programme


def part_labels(rows: pd.DataFrame) -> list[str]:
    """Return the labels of the parts that groups are compared by; empty for a score."""
    breakdowns = {"sector": "sector", "region_code": "region"}
    return [
        label_of(breakdowns[characteristic], level) if characteristic in breakdowns else ""
        for characteristic, level in zip(rows["characteristic"], rows["level"], strict=True)
    ]


def labelled(released: pd.DataFrame, programme: Programme, boards: Mapping[str, str]) -> pd.DataFrame:
    """Add label and order of the KPI, and the label of the level."""
    order = {kpi.id: number for number, kpi in enumerate(programme.kpis, start=1)}
    labels = {kpi.id: kpi.label for kpi in programme.kpis}
    return released.assign(
        kpi_label=released["kpi_id"].map(labels),
        kpi_order=released["kpi_id"].map(order),
        level_label=level_labels(released, programme, boards),
    )


def level_labels(rows: pd.DataFrame, programme: Programme, boards: Mapping[str, str]) -> list[str]:
    """Return the label of the level of each row; boards by the names that were loaded."""
    own = {"phase": {phase.id: phase.label for phase in programme.phases}, "icb": boards}
    return [
        own.get(breakdown, {}).get(level) or _level_label(breakdown, level)
        for breakdown, level in zip(rows["breakdown"], rows["level"], strict=True)
    ]


def _level_label(breakdown: str, level: str) -> str:
    match breakdown:
        case "phase":
            return "Unknown"
        case "all" | "month" | "session" | "delivery_mode":
            return level[:1].upper() + level[1:].replace("_", " ")
        case _:
            return label_of(breakdown, level)
