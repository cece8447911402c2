"""Small released databases of invented rows, with the columns that the register declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import duckdb

from ccds_pipeline.schemas.register import Table, tables_of

Row = Mapping[str, object]

_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "instant": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
_SHARED = {
    "programme": "welcome",
    "phase": "all",
    "as_of": date(2022, 10, 3),
    "data_version": "0123456789abcdef",
    "code_version": "9.9.9",
    "run_id": "run-1",
    "definition_version": "1",
}


def kpi_row(kpi_id: str, order: int, label: str, /, **columns: object) -> Row:
    """One row of ``reporting.kpi``: by default a measured headline share of the whole programme."""
    row: dict[str, object] = {
        **_SHARED,
        "kpi_id": kpi_id,
        "kpi_order": order,
        "kpi_label": label,
        "definition_status": "assumed",
        "estimand": "share",
        "is_headline": True,
        "wave": "after",
        "breakdown": "all",
        "level": "all",
        "unit": "share",
        "status": "measured",
        "suppressed": False,
    }
    row["level_label"] = columns.get("level", "All")
    return row | columns


def share_columns(numerator: float, denominator: float, *, reach: float = 0.01) -> dict[str, object]:
    """The columns of a measured share whose interval reaches ``reach`` to both sides."""
    share = numerator / denominator
    return {
        "numerator": numerator,
        "denominator": denominator,
        "eligible_n": denominator,
        "blank_n": 10,
        "not_applicable_n": 0,
        "people_n": denominator,
        "value": share,
        "ci_low": share - reach,
        "ci_high": share + reach,
        "ci_method": "wilson",
    }


def withheld_columns(reason: str = "withheld") -> dict[str, object]:
    """The columns of a value that is withheld."""
    return {"suppressed": True, "suppression_reason": reason}


def source_row(source_id: str, **columns: object) -> Row:
    """One row of ``reporting.data_status``."""
    return {
        "source_id": source_id,
        "deliveries_n": 3,
        "files_n": 3,
        "refused_files_n": 0,
        "last_delivery_on": date(2022, 10, 1),
        "received_n": 200,
        "loaded_n": 180,
        "duplicate_n": 10,
        "excluded_n": 5,
        "rejected_n": 5,
    } | columns


def claim_row(claim_id: str, text: str, kpi_id: str, /, **columns: object) -> Row:
    """One row of ``reporting.claim``: by default a share of 0.9 that agrees with what was claimed."""
    return {
        **_SHARED,
        "claim_id": claim_id,
        "claim_order": 1,
        "text": text,
        "kpi_id": kpi_id,
        "estimand": "share",
        "claimed": 0.9,
        "decimals": 0,
        "comparator": "=",
        "unit": "share",
        "value": 0.9,
        "denominator": 200,
        "ci_low": 0.85,
        "ci_high": 0.94,
        "state": "agrees",
    } | columns


def chart_row(kpi_id: str, breakdown: str, level: str, value: float, /, **columns: object) -> Row:
    """One row of ``reporting.control_chart``: by default a share in a funnel, within its limits."""
    row: dict[str, object] = {
        "kpi_id": kpi_id,
        "estimand": "share",
        "wave": "after",
        "chart": "funnel",
        "breakdown": breakdown,
        "level": level,
        "level_label": level,
        "n": 50,
        "value": value,
        "unit": "share",
        "centre": 0.8,
        "low_95": 0.7,
        "high_95": 0.9,
        "low_limit": 0.6,
        "high_limit": 0.95,
    }
    return row | columns


def write_released_database(
    path: Path,
    kpis: Iterable[Row] = (),
    *,
    name: str = "Welcome to the Ward",
    note: str = "",
    sources: Iterable[Row] = (),
    claims: Iterable[Row] = (),
    chart_points: Iterable[Row] = (),
) -> Path:
    """Write ``path`` with the given rows and one release of one programme."""
    release = {"release_id": "release-7", "released_at": datetime(2022, 10, 3, 5, 30)}  # noqa: DTZ001  # UTC
    rows: dict[str, list[Row]] = {
        "reporting.kpi": list(kpis),
        "reporting.claim": list(claims),
        "reporting.control_chart": list(chart_points),
        "reporting.programme": [{"programme_id": "welcome", "name": name, "note": note}],
        "reporting.data_status": list(sources),
        "reporting.release": [{**_SHARED, **release}],
        "reporting.theme": [],
        "reporting.link_quality": [],
        "reporting.non_response": [],
    }
    with duckdb.connect(str(path)) as connection:
        for table in tables_of("reporting"):
            _write_table(connection, table, rows[table.full_name])
    return path


def _write_table(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    name = table.name
    columns = ", ".join(f"{column.name} {_TYPES[column.type]}" for column in table.columns)
    connection.execute(f"CREATE TABLE {name} ({columns})")
    marks = ", ".join("?" for _ in table.columns)
    for row in rows:
        connection.execute(
            f"INSERT INTO {name} VALUES ({marks})",  # names of the register
            [row.get(name) for name in table.column_names],
        )
