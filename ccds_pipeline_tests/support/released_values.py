"""Released values as objects, for tests that need no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from ccds_pipeline.reporting.released import (
    ChartPoint,
    Claim,
    LinkQuality,
    Programme,
    Release,
    ReleaseInfo,
    Theme,
    Value,
)
from ccds_pipeline_tests.support.released_rows import Row, chart_row, kpi_row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Row = TypeVar("_Row", bound="DataclassInstance")


def released_value(
    kpi_id: str = "A1", order: int = 1, label: str = "Warm welcome", /, **columns: object
) -> Value:
    """One released value; see ``kpi_row`` for what stands where nothing is given."""
    row = kpi_row(kpi_id, order, label, **columns)
    return _from_row(Value, row)


def release_of(
    *values: Value,
    claims: Iterable[Row] = (),
    chart_points: Iterable[Row] = (),
    links: Iterable[Row] = (),
    themes: Iterable[Row] = (),
    **others: Iterable[DataclassInstance],
) -> Release:
    """A release of the given values, claims, chart points, links and themes, and of other rows by field."""
    info = ReleaseInfo("release-7", datetime(2022, 10, 3, 5, 30), date(2022, 10, 3), "0123", "9.9.9")  # noqa: DTZ001  # UTC
    release = Release(
        Programme("Welcome to the Ward", ""),
        info,
        values,
        claims=tuple(_from_row(Claim, row) for row in claims),
        chart_points=tuple(_from_row(ChartPoint, row) for row in chart_points),
        links=tuple(_from_row(LinkQuality, row) for row in links),
        themes=tuple(_from_row(Theme, row) for row in themes),
    )
    return replace(release, **{name: tuple(rows) for name, rows in others.items()})  # type: ignore[arg-type]  # as named


def row_of(row_type: type[_Row], **columns: object) -> _Row:
    """One row of a released table, with nothing in the columns that are not given."""
    return _from_row(row_type, columns)


def chart_point(*args: str | float, **columns: object) -> ChartPoint:
    """One point of a control chart; see ``chart_row``."""
    return _from_row(ChartPoint, chart_row(*args, **columns))  # type: ignore[arg-type]  # as chart_row takes them


def _from_row(row_type: type[_Row], row: Row) -> _Row:
    return row_type(**{field.name: row.get(field.name) for field in fields(row_type)})
