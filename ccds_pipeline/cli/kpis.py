"""Read the KPIs of the last run and print them; a value never stands without what it is of."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from ccds_pipeline.comments.private_csv import harmless
from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.schemas.readings import MEASURED, UNIDENTIFIED, UNITS, WHOLE, is_per_cent, reading_text
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_warehouse

_WIDTH = 140


def read_kpis(settings: Settings, *, released: bool) -> pd.DataFrame:
    """Return the KPI rows, in the order of the programme file.

    Raises:
        ConfigurationError: If nothing was computed or released yet.
    """
    path = settings.reporting_file if released else settings.warehouse_file
    table = table_of("reporting.kpi") if released else table_of("kpi.kpi")
    if not path.exists():
        raise ConfigurationError(
            "there are no KPIs yet",
            place=path.name,
            rule="kpis_exist",
            remedy="Run the pipeline first: ccds run (with the same --data).",
        )
    opened = open_database if released else open_warehouse
    with opened(path, read_only=True) as engine, engine.connect() as connection:
        rows = read_frame(connection, table)
        if released:
            waves = read_frame(connection, table_of("reporting.dim_wave"))
            return _in_order(rows.merge(waves[["wave", "wave_order"]], on="wave", how="left"))
        definitions, waves = (
            read_frame(connection, table_of("core.dim_kpi")),
            read_frame(connection, table_of("core.dim_wave")),
        )
    return _named(rows, definitions, waves)


def read_kpis_as_of(settings: Settings, as_of: date) -> pd.DataFrame:
    """Return the KPI rows as they stood on a day, in the order of the programme file.

    Raises:
        ConfigurationError: If there is no warehouse, or the programme file is wrong.
        CcdsError: If nothing was delivered by that day.
    """
    from ccds_pipeline.kpi.as_of import read_kpis_as_of as kpis_as_of

    programme = load_programme(settings.programme_file)
    rows = kpis_as_of(settings.warehouse_file, programme, as_of, kept=settings.as_of_folder)
    definitions = definition_frames(programme)
    return _named(rows, definitions["dim_kpi"], definitions["dim_wave"])


def _named(rows: pd.DataFrame, definitions: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    named = rows.merge(definitions[["kpi_id", "label", "kpi_order"]], on="kpi_id", how="left")
    named = named.rename(columns={"label": "kpi_label"}).merge(
        waves[["wave", "wave_order", "label"]], on="wave", how="left"
    )
    return _in_order(named.rename(columns={"label": "wave_label"}))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Order by KPI, the whole before its parts, earlier waves first, the headline before other readings."""
    keys = {"is_part": rows["breakdown"] != WHOLE, "is_other": ~rows["is_headline"].astype("bool")}
    order = ["kpi_order", "is_part", "breakdown", "level", "wave_order", "wave", "is_other", "estimand"]
    return rows.assign(**keys).sort_values(order).drop(columns=[*keys, "wave_order"])


def as_json(rows: pd.DataFrame) -> str:
    """Return a JSON list with one object per KPI row; missing values are null, floats lose no digit."""
    plain = rows.astype("object").where(rows.notna(), None)
    return json.dumps(plain.to_dict(orient="records"), indent=2, default=_plain)


def as_csv(rows: pd.DataFrame) -> str:
    """Return the KPI rows as CSV; text that a spreadsheet would take for a formula gets an apostrophe."""
    written = rows.copy()
    for name in rows.select_dtypes(include=["str", "object"]):
        written[name] = rows[name].map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
    return str(written.to_csv(index=False)).rstrip("\n")


def read_note(settings: Settings) -> str:
    """Return what the last release says of its data wherever it is shown; empty for real data."""
    if not settings.reporting_file.exists():
        return ""
    with open_database(settings.reporting_file, read_only=True) as engine, engine.connect() as connection:
        note = read_frame(connection, table_of("reporting.programme"))["note"].iloc[0]
        return "" if pd.isna(note) else str(note)


def as_table(rows: pd.DataFrame, *, note: str) -> str:
    """Return the overall headline values as a table for people, below the note on the data.

    Attendances of people who could not be identified stand beside them: each may be one more participant.
    """
    table = RichTable(
        "KPI", "", "Value", "Of", "95% interval", "Target", "Met", "Assured", box=box.SIMPLE_HEAD
    )
    is_shown = rows["is_headline"] | (rows["estimand"] == UNIDENTIFIED)
    overall = rows[(rows["breakdown"] == WHOLE) & is_shown]
    for row in overall.itertuples():
        table.add_row(*_cells(row))
    text = StringIO()
    Console(file=text, width=_WIDTH).print(table)
    printed = text.getvalue().strip("\n").rstrip()
    return f"  {note}\n\n{printed}" if note else printed


def _plain(value: object) -> object:
    """Turn NumPy's numbers and dates into what JSON holds."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat() if value == value.normalize() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.item()  # type: ignore[attr-defined]  # NumPy scalars are all that is left


def _cells(row: Any) -> list[str]:  # noqa: ANN401  # a named tuple that pandas makes
    reason = getattr(row, "suppression_reason", None)
    is_band = row.status == MEASURED and not pd.isna(row.ci_low)
    none = "withheld" if isinstance(reason, str) else ("band" if is_band else row.status.replace("_", " "))
    n = None if pd.isna(row.denominator) else row.denominator
    low, high = (None if pd.isna(end) else _amount(end, row.unit, n) for end in (row.ci_low, row.ci_high))
    return [
        row.kpi_id,
        _described(row),
        none if pd.isna(row.value) else _amount(row.value, row.unit, n),
        "" if n is None else f"{n:,.0f}",
        "" if low is None else f"{low} to {high}",
        "" if pd.isna(row.target) else f"{row.comparator} {_as_written(row.target, row.unit)}",
        _yes_no(row.met),
        _yes_no(row.assured),
    ]


def _described(row: Any) -> str:  # noqa: ANN401  # a named tuple that pandas makes
    return f"{row.kpi_label}: {reading_text(row.estimand)}" + (
        "" if row.wave == WHOLE else f" ({row.wave_label})"
    )


def _amount(value: float, unit: str, n: float | None) -> str:
    """Return a number with the decimals that it is released with; an exact one has no more."""
    if unit not in UNITS:
        return f"{value:.2f}"
    decimals = UNITS[unit].decimals_of(n)
    return f"{value:,.{decimals}{'%' if is_per_cent(unit) else 'f'}}"


def _as_written(target: float, unit: str) -> str:
    """Return a target as the programme file has it, never rounded."""
    return f"{round(100 * target, 6):g}%" if is_per_cent(unit) else f"{target:,g}"


def _yes_no(value: object) -> str:
    return "" if pd.isna(value) else ("yes" if value else "no")  # type: ignore[call-overload]  # one cell
