"""What the page shows, as the template takes it: words and pictures, nothing left to compute.

These are shapes only. Filling them belongs in the other modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from markupsafe import Markup

Row = TypeVar("Row")


@dataclass(frozen=True)
class Cell:
    """One cell of a table; ``note`` is below the text in small type, ``tone`` colours a verdict."""

    text: str
    note: str = ""
    muted: bool = False
    tone: Literal["good", "bad", ""] = ""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a table, and the cell that each row has in it; the first column heads the rows."""

    label: str
    cell: Callable[[Row], Cell]
    numeric: bool = False


@dataclass(frozen=True)
class TableView:
    """A table; each row has one cell per column."""

    caption: str
    columns: tuple[Column[Any], ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, caption: str, rows: Iterable[Row], *columns: Column[Row]) -> TableView:
        """Lay rows of any kind out by the columns."""
        return cls(caption, columns, tuple(tuple(column.cell(row) for column in columns) for row in rows))


@dataclass(frozen=True)
class TitledTable:
    """A table with its finding as title."""

    title: str
    table: TableView


@dataclass(frozen=True)
class ThemesView:
    """What the comments on one question are about."""

    question: str
    wave: str
    titled: TitledTable


@dataclass(frozen=True)
class FigureView:
    """A chart with its finding as title, what it shows as caption, and its table.

    ``wide`` and ``narrow`` are the same chart as SVG; the style sheet shows one of them. ``marked``
    names the points that are numbered in it, in their order.
    """

    id: str
    title: str
    caption: str
    wide: Markup
    narrow: Markup
    table: TableView
    marked: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangeView:
    """How one numeric answer changed: before and after, in every reading, and in a table."""

    kpi_label: str
    figures: tuple[FigureView, ...]
    table: TableView


@dataclass(frozen=True)
class GroupsView:
    """One KPI by each breakdown; ``note`` says what is not drawn, and why."""

    kpi_id: str
    kpi_label: str
    figures: tuple[FigureView, ...]
    note: str


@dataclass(frozen=True)
class ContractView:
    """Whether one KPI meets its contract target, in words."""

    kpi_id: str
    kpi_label: str
    value: str
    population: str
    interval: str
    target: str
    verdict: str
    sentence: str
    met: str
    assured: str
    tone: Literal["good", "caution", "bad", "unknown"]


@dataclass(frozen=True)
class TileView:
    """One figure to remember; ``details`` say what it is, what it is of and how certain."""

    label: str
    value: str
    details: tuple[str, ...]
