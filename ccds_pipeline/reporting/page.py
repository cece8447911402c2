"""What the page shows, as the template takes it: words and pictures, nothing left to compute.

These are shapes only. Filling them belongs in ``contract``, ``tables`` and ``figures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """One cell of a table; ``note`` stands below the text in small type."""

    text: str
    note: str = ""
    muted: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table; the first column heads the rows."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class TableView:
    """A table; each row has one cell per column."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class FigureView:
    """A chart with its finding as title, what it shows as caption, and its table.

    ``wide`` and ``narrow`` are the same chart as SVG; the style sheet shows one of them.
    """

    id: str
    title: str
    caption: str
    wide: Markup
    narrow: Markup
    table: TableView


@dataclass(frozen=True)
class ContractView:
    """How one KPI stands against its contract target, in words."""

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
