"""Which released columns are measures, and how far each may be summed up, read off the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ccds_pipeline.schemas.register import Column, Table

Kind = Literal["share", "number", "count"]

SHARES = ("fraction", "share", "rate", "relative_")
"""How the names of columns begin that hold a share of 1."""
_NUMBERS = ("points", "mean_", "standardised_")
_ADDITIVE = "data_status"
"""The table whose rows add up: deliveries, not people. Elsewhere parts overlap, or are withheld."""


@dataclass(frozen=True)
class Measure:
    """One column that is measured.

    Args:
        column: The column.
        kind: A share of 1, a number with a decimal, or a whole count.
        is_additive: Whether values of several rows may be added; if not, each mark has to show one row.
    """

    column: Column
    kind: Kind
    is_additive: bool

    @property
    def label(self) -> str:
        """The column in words."""
        return heading_of(self.column)

    @property
    def description(self) -> str:
        """What it means, and how far it may be summed up."""
        rule = "May be added up." if self.is_additive else "Of one row; values of several rows do not add up."
        return f"{self.column.description} {rule}"


def measures_of(table: Table) -> Iterator[Measure]:
    """Yield the measures of a released table, in the order of its columns."""
    for column in table.columns:
        kind = _kind_of(column)
        if kind:
            yield Measure(column, kind, table.name == _ADDITIVE)


def heading_of(column: Column) -> str:
    """Return the heading of a column: its name in words."""
    words = column.name.removesuffix("_n").replace("_", " ")
    return (words[:1].upper() + words[1:]).replace("Kpi", "KPI")


def _kind_of(column: Column) -> Kind | None:
    if column.type not in {"integer", "number"}:
        return None
    if column.name.startswith(SHARES):
        return "share"
    if column.name.startswith(_NUMBERS):
        return "number"
    return "count" if column.name.endswith("_n") else None
