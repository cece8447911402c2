"""Examples of answers to the invented programme, counted by the real code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from ccds_pipeline_tests.support.core_content import Attendance, Core, Response
from ccds_pipeline_tests.support.core_tables import kpi_rows
from ccds_pipeline_tests.support.specification import Row

HELD = date(2022, 3, 10)
_DAYS = {"before": -1, "after": 0, "later": 45}


def answered(question: str, rows: Iterable[Row]) -> Core:
    """Return what people answered to one question after a session that all attended; see ``given``."""
    people = list(rows)
    answers = [Response(row["who"], "s1", "after", {question: given(row[question])}) for row in people]
    return Core({"s1": HELD}, [Attendance(row["who"], "s1") for row in people], responses=answers)


def scored(rows: Iterable[Row]) -> Core:
    """Return the scores that people gave in the surveys that the columns name; a blank is no answer."""
    people = list(rows)
    responses = [
        Response(row["who"], "s1", wave, {"sure": int(row[wave])}, days)
        for row in people
        for wave, days in _DAYS.items()
        if row.get(wave)
    ]
    return Core({"s1": HELD}, [Attendance(row["who"], "s1") for row in people], responses=responses)


def given(cell: str) -> str | int | None:
    """Return an answer as it was given: nothing where the cell says ``blank``."""
    if cell == "blank":
        return None
    return int(cell) if cell.isdigit() else cell


def readings(content: Core, kpi_id: str, *names: str) -> pd.DataFrame:
    """Return the readings of a KPI for the whole programme, in the order of their names."""
    rows = kpi_rows(content).query("kpi_id == @kpi_id and breakdown == 'all'").set_index("estimand")
    return rows.loc[list(names)].reset_index(names="reading")
