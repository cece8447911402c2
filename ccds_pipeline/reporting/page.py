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
    """One cell of a table; ``note`` is below the text in small type, ``tone`` colours a verdict.

    A ``picture`` takes the place of the text.
    """

    text: str
    note: str = ""
    muted: bool = False
    tone: Literal["good", "bad", ""] = ""
    picture: Markup | None = None


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a table, and the cell that each row has in it; the first column heads the rows."""

    label: str
    cell: Callable[[Row], Cell]
    numeric: bool = False
    is_picture: bool = False


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
class Key:
    """One colour of a picture: the class that the style sheet colours, and what it stands for."""

    tone: str
    label: str


@dataclass(frozen=True)
class Card:
    """One finding: its title, its table and what has to be known with it; a folded table opens at a click."""

    title: str
    table: TableView
    keys: tuple[Key, ...] = ()
    note: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the page: what it says first, and its findings, or why there is none."""

    id: str
    heading: str
    lead: str
    cards: tuple[Card | FigureView, ...] = ()


@dataclass(frozen=True)
class ContractView:
    """Whether one KPI meets its contract target, in words."""

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
