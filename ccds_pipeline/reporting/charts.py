"""Draw points with interval whiskers, one row per point.

A chart is drawn twice, wide and narrow, since the text of a scaled-down picture cannot be read on a
phone; the style sheet shows one. What is drawn, and its title, belongs in ``figures``; values against
a size or in time in ``plots``.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccds_pipeline.reporting import vega
from ccds_pipeline.reporting.vega import CHARACTER, LINE, Encoding, Layer

_LEAST_CHARACTERS = 12
_ALIGNMENTS = ("left", "center", "right")
_SCORE_LIMITS = (1, 5, 10, 100)


@dataclass(frozen=True)
class Point:
    """One row of a chart; without ``value`` and interval only ``text`` is written, in a muted colour.

    ``low`` and ``high`` are the ends of the interval; without ``value`` it is drawn as a band.
    """

    label: str
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Axis:
    """The part of the scale that is drawn, and where and how (d3-format) it is labelled."""

    low: float
    high: float
    ticks: tuple[float, ...]
    format: str


@dataclass(frozen=True)
class Target:
    """A value that a contract asks for, and its label."""

    value: float
    text: str


@dataclass(frozen=True)
class Drawing:
    """The same chart for a wide and for a narrow page, as SVG without role or name."""

    wide: str
    narrow: str


def share_axis(values: Iterable[float]) -> Axis:
    """Return an axis of shares up to 1; it starts above 0 only where every value is past a half."""
    least = min(values, default=0.0)
    low = 0 if least < 0.5 else math.floor((least - 0.05) * 10)  # noqa: PLR2004  # in tenths
    tenths = range(low, 11, 1 if low else 2)
    return Axis(low=low / 10, high=1.0, ticks=tuple(tenth / 10 for tenth in tenths), format=".0%")


def score_axis(values: Iterable[float]) -> Axis:
    """Return an axis up to the next usual end of a scale, from 0 or, where every value is past it, a half."""
    scores = tuple(values) or (0.0,)
    high = next((limit for limit in _SCORE_LIMITS if max(scores) <= limit), math.ceil(max(scores)))
    low = 0 if min(scores) < high / 2 else high / 2
    return Axis(low=low, high=high, ticks=tuple(low + (high - low) * n / 5 for n in range(6)), format=",.3~f")


def change_axis(values: Iterable[float]) -> Axis:
    """Return an axis of relative changes, in whole tenths, that holds 0: no change."""
    drawn = (0.0, *values)
    low, high = math.floor(10 * min(drawn)), max(math.ceil(10 * max(drawn)), 1)
    step = math.ceil((high - low) / 6)
    ticks = tuple(tenth / 10 for tenth in range(low, high + 1) if tenth % step == 0)
    return Axis(low=low / 10, high=high / 10, ticks=ticks, format=".0%")


def draw_points(points: Sequence[Point], *, axis: Axis, target: Target | None = None) -> Drawing:
    """Draw one row per point, from top to bottom, with its interval and a line at the target."""
    return Drawing(*(_draw(points, axis=axis, target=target, layout=layout) for layout in (_WIDE, _NARROW)))


@dataclass(frozen=True)
class _Layout:
    """Where things stand, in pixels; ``stacked`` puts label and text above the point."""

    width: int
    axis_from: int
    axis_to: int
    stacked: bool


_WIDE = _Layout(width=880, axis_from=260, axis_to=670, stacked=False)
_NARROW = _Layout(width=330, axis_from=14, axis_to=312, stacked=True)


@dataclass(frozen=True)
class _Row:
    """A point with its position, in pixels from the top; lines of the axis cross it in its band."""

    point: Point
    label: str
    label_top: float
    text_top: float
    middle: float
    band: tuple[float, float]


@dataclass(frozen=True)
class _Canvas:
    """The scales that all layers of one chart share."""

    axis: Axis
    layout: _Layout
    height: float

    def x(self, field: str) -> Encoding:
        """Place a value of the axis; the labels stand below the chart."""
        axis, layout = self.axis, self.layout
        scale = vega.linear((axis.low, axis.high), (layout.axis_from, layout.axis_to))
        labels = {"grid": False, "labelFlush": False, "labelOverlap": False}
        return vega.channel(field, scale, vega.axis_labels(axis.ticks, axis.format, **labels))

    def y(self, field: str) -> Encoding:
        """Place pixels counted from the top."""
        return vega.channel(field, vega.linear((0, self.height), (0, self.height)))


def _draw(points: Sequence[Point], *, axis: Axis, target: Target | None, layout: _Layout) -> str:
    rows, height = _place_rows(points, layout, top=LINE + 8 if target else 0)
    canvas = _Canvas(axis, layout, height)
    layers = [_lines_across(rows, axis.ticks, vega.GRID, canvas)]
    if target is not None:
        layers += [_lines_across(rows, [target.value], vega.TARGET, canvas), _target_label(target, canvas)]
    layers += [*_intervals(rows, canvas), _dots(rows, canvas), *_texts(rows, canvas)]
    return vega.svg(layers, width=layout.width, height=height)


def _place_rows(points: Sequence[Point], layout: _Layout, *, top: float) -> tuple[list[_Row], float]:
    """Give every row the height that its wrapped label needs; return the rows and where they end."""
    rows = []
    for point in points:
        lines = textwrap.wrap(point.label, _label_characters(point, layout)) or [""]
        label_height = LINE * len(lines)
        if layout.stacked:
            height, middle = label_height + 36.0, top + label_height + 12
            label_top, text_top, band = top, top, (middle - 9, middle + 9)
        else:
            height = label_height + 18.0
            middle = top + height / 2
            label_top, text_top, band = middle - label_height / 2, middle - LINE / 2, (top, top + height)
        rows.append(_Row(point, "\n".join(lines), label_top, text_top, middle, band))
        top += height
    return rows, top


def _label_characters(point: Point, layout: _Layout) -> int:
    """How many characters a line of the label may have beside what stands right of it."""
    beside = CHARACTER * len(point.text) if layout.stacked else layout.width - layout.axis_from
    return max(int((layout.width - beside - LINE) / CHARACTER), _LEAST_CHARACTERS)


def _lines_across(rows: Sequence[_Row], values: Sequence[float], colour: str, canvas: _Canvas) -> Layer:
    bands = [row.band for row in rows] if canvas.layout.stacked else [(rows[0].band[0], rows[-1].band[1])]
    return vega.layer(
        "rule",
        ({"x": x, "top": top, "bottom": bottom} for top, bottom in bands for x in values),
        {"x": canvas.x("x"), "y": canvas.y("top"), "y2": {"field": "bottom"}},
        color=colour,
        strokeWidth=1 if colour == vega.GRID else 2,
    )


def _target_label(target: Target, canvas: _Canvas) -> Layer:
    """Keep the label inside the chart: its middle is at the line except near the ends."""
    axis = canvas.axis
    share_of_axis = (target.value - axis.low) / (axis.high - axis.low)
    return vega.text_layer(
        [{"x": target.value, "y": 3, "text": target.text}],
        {"x": canvas.x("x"), "y": canvas.y("y")},
        align=_ALIGNMENTS[min(int(3 * share_of_axis), 2)],
        baseline="top",
        fontWeight="bold",
    )


def _intervals(rows: Sequence[_Row], canvas: _Canvas) -> list[Layer]:
    """A line between the ends of each interval, and a cap at each end."""
    measured = [
        (row.point.low, row.point.high, row.middle)
        for row in rows
        if row.point.low is not None and row.point.high is not None
    ]
    lines = [{"a": low, "b": high, "top": y, "bottom": y} for low, high, y in measured]
    caps = [{"a": end, "b": end, "top": y - 6, "bottom": y + 6} for *ends, y in measured for end in ends]
    ends = {"x": canvas.x("a"), "x2": {"field": "b"}, "y": canvas.y("top"), "y2": {"field": "bottom"}}
    return [vega.layer("rule", records, ends, color=vega.SERIES, strokeWidth=2) for records in (lines, caps)]


def _dots(rows: Sequence[_Row], canvas: _Canvas) -> Layer:
    records = [{"x": row.point.value, "y": row.middle} for row in rows if row.point.value is not None]
    where = {"x": canvas.x("x"), "y": canvas.y("y")}
    return vega.layer("circle", records, where, size=60, color=vega.SERIES, opacity=1)


def _texts(rows: Sequence[_Row], canvas: _Canvas) -> list[Layer]:
    """The label at the left edge, the figures right of the axis or at the right edge."""
    labels = [{"y": row.label_top + 2, "text": row.label} for row in rows]
    figures = [
        {
            "y": row.text_top + 2,
            "text": row.point.text,
            "colour": vega.MUTED if row.point.value is None and row.point.low is None else vega.INK,
        }
        for row in rows
    ]
    y, colour = canvas.y("y"), {"field": "colour", "type": "nominal", "scale": None}
    layout = canvas.layout
    edge, align = (layout.width, "right") if layout.stacked else (layout.axis_to + 20, "left")
    return [
        vega.text_layer(labels, {"x": {"value": 0}, "y": y}, align="left", baseline="top"),
        vega.text_layer(
            figures, {"x": {"value": edge}, "y": y, "color": colour}, align=align, baseline="top"
        ),
    ]
