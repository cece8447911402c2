"""Released values as objects, for tests that need no database."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime

from ccds_pipeline.reporting.released import Programme, Release, ReleaseInfo, Value
from ccds_pipeline_tests.released_database import kpi_row


def released_value(
    kpi_id: str = "A1", order: int = 1, label: str = "Warm welcome", /, **columns: object
) -> Value:
    """One released value; see ``kpi_row`` for what stands where nothing is given."""
    row = kpi_row(kpi_id, order, label, **columns)
    named = {field.name: row.get(field.name) for field in fields(Value)}
    return Value(**named)  # type: ignore[arg-type]  # a row holds what its columns declare


def release_of(*values: Value) -> Release:
    """A release of the given values, without sources."""
    info = ReleaseInfo("release-7", datetime(2022, 10, 3, 5, 30), date(2022, 10, 3), "0123", "9.9.9")  # noqa: DTZ001  # UTC
    return Release(Programme("Welcome to the Ward", ""), info, values, ())
