"""The diagram of released tables: dimensions in the middle, what refers to them on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ccds_pipeline.schemas.register import Table

_WIDTH, _LINE, _GAP, _MARGIN = 250, 17, 26, 20
_COLUMN_GAP = 170
_STYLE = """<style>
text{font:13px system-ui,sans-serif;fill:#1b1f3b}.name{font-weight:600}.key{fill:#4a4f75}
rect{fill:#fff;stroke:#6b70a0}path{fill:none;stroke:#9a9ec8}
</style>"""


def diagram_of(tables: Sequence[Table]) -> str:
    """Return an SVG with a box per table, its key columns, and a line to each dimension that it refers to."""
    referred = {name for table in tables for name in table.references}
    dimensions = [table for table in tables if table.full_name in referred]
    referring = [table for table in tables if table.references and table.full_name not in referred]
    half = (len(referring) + 1) // 2
    columns = (referring[:half], dimensions, referring[half:])
    places: dict[str, tuple[int, int]] = {}
    heights = [
        _stack(column, _MARGIN + at * (_WIDTH + _COLUMN_GAP), places) for at, column in enumerate(columns)
    ]
    lines = [_line(places[table.full_name], places[name]) for table in referring for name in table.references]
    boxes = [_box(table, *places[table.full_name]) for column in columns for table in column]
    width, height = 3 * _WIDTH + 2 * _COLUMN_GAP + 2 * _MARGIN, max(heights)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    title = "<title>Released tables with their keys, and the dimensions that they refer to</title>"
    return "\n".join([head, title, _STYLE, *lines, *boxes, "</svg>"]) + "\n"


def _stack(tables: Sequence[Table], x: int, places: dict[str, tuple[int, int]]) -> int:
    """Place tables below each other; return where the column ends."""
    y = _MARGIN
    for table in tables:
        places[table.full_name] = (x, y)
        y += _height(table) + _GAP
    return y


def _height(table: Table) -> int:
    return (len(table.key) + 1) * _LINE + 12


def _box(table: Table, x: int, y: int) -> str:
    rows = [f'<text class="name" x="{x + 10}" y="{y + _LINE + 2}">{escape(table.name)}</text>']
    rows += [
        f'<text class="key" x="{x + 10}" y="{y + (at + 1) * _LINE + 4}">{escape(name)}</text>'
        for at, name in enumerate(table.key, start=1)
    ]
    return f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_height(table)}" rx="4"/>' + "".join(rows)


def _line(table: tuple[int, int], dimension: tuple[int, int]) -> str:
    """Return a line between the sides that face each other."""
    is_left = table[0] < dimension[0]
    x, end = table[0] + _WIDTH * is_left, dimension[0] + _WIDTH * (not is_left)
    y, below, middle = table[1] + _LINE, dimension[1] + _LINE, (x + end) // 2
    return f'<path d="M{x} {y} C{middle} {y} {middle} {below} {end} {below}"/>'
