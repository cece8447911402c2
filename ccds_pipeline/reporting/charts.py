"""Draw points with interval whiskers as SVG that follows the page: its colours, its width, its theme.

A chart is drawn twice, wide and narrow, since the text of a scaled-down picture cannot be read on a
phone; the style sheet shows one. Colours are CSS variables and ``currentColor``, so light, dark and
print share one drawing. What is drawn, and its title, belongs in ``figures``.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt
import vl_convert

_FONT = "Arial, Helvetica, sans-serif"
_FONT_SIZE = 14
_LINE = 18
_SERIES, _TARGET, _GRID, _MUTED = (f"var(--{name})" for name in ("series", "target", "grid", "muted"))
_ROLES = re.compile(r' (?:role="graphics-\w+"|aria-roledescription="[\w ]+")')
_CHARACTER = 7.3  # mean width at this size, on the safe side
_LEAST_CHARACTERS = 12
_ALIGNMENTS: tuple[Literal["left"], Literal["center"], Literal["right"]] = ("left", "center", "right")
_SCORE_LIMITS = (1, 5, 10, 100)


@dataclass(frozen=True)
class Point:
    """One row of a chart; without ``value`` only ``text`` is written, in a muted colour.

    ``low`` and ``high`` are the ends of the interval.
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
    return Drawing(
        wide=_draw(points, axis=axis, target=target, layout=_WIDE),
        narrow=_draw(points, axis=axis, target=target, layout=_NARROW),
    )


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
    """A point with its place, in pixels from the top; lines of the axis cross it in its band."""

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

    def x(self, field: str) -> alt.X:
        """Place a value of the axis; the labels stand below the chart."""
        axis, layout = self.axis, self.layout
        ends = [layout.axis_from, layout.axis_to]
        return alt.X(
            f"{field}:Q",
            scale=alt.Scale(domain=[axis.low, axis.high], range=ends, zero=False, nice=False),
            axis=alt.Axis(
                title=None,
                values=list(axis.ticks),
                format=axis.format,
                grid=False,
                domain=False,
                ticks=False,
                labelColor=_MUTED,
                labelFontSize=_FONT_SIZE - 1,
                labelFlush=False,
                labelOverlap=False,
            ),
        )

    def y(self, field: str) -> alt.Y:
        """Place pixels counted from the top."""
        scale = alt.Scale(domain=[0, self.height], range=[0, self.height], zero=False, nice=False)
        return alt.Y(f"{field}:Q", scale=scale, axis=None)

    def place_of(self, value: float) -> float:
        """Where a value stands between the ends of the axis, from 0 to 1."""
        return (value - self.axis.low) / (self.axis.high - self.axis.low)


def _draw(points: Sequence[Point], *, axis: Axis, target: Target | None, layout: _Layout) -> str:
    rows, height = _place_rows(points, layout, top=_LINE + 8 if target else 0)
    canvas = _Canvas(axis, layout, height)
    layers = [_lines_across(rows, axis.ticks, _GRID, canvas)]
    if target is not None:
        layers += [_lines_across(rows, [target.value], _TARGET, canvas), _target_label(target, canvas)]
    layers += [*_intervals(rows, canvas), _dots(rows, canvas), *_texts(rows, canvas)]
    chart = (
        alt.layer(*layers)
        .properties(width=layout.width, height=height, background="transparent", padding=2)
        .configure(font=_FONT, aria=False)
        .configure_view(stroke=None)
        .configure_text(fontSize=_FONT_SIZE, color="currentColor", lineBreak="\n", lineHeight=_LINE)
    )
    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    svg = vl_convert.vegalite_to_svg(chart.to_dict(validate=False), vl_version=version, allowed_base_urls=[])
    # The page gives the picture one role and name; Vega's roles of its parts would be nameless images.
    return _ROLES.sub("", svg)


def _place_rows(points: Sequence[Point], layout: _Layout, *, top: float) -> tuple[list[_Row], float]:
    """Give every row the height that its wrapped label needs; return the rows and where they end."""
    rows = []
    for point in points:
        lines = textwrap.wrap(point.label, _label_characters(point, layout)) or [""]
        label_height = _LINE * len(lines)
        if layout.stacked:
            height, middle = label_height + 36.0, top + label_height + 12
            label_top, text_top, band = top, top, (middle - 9, middle + 9)
        else:
            height = label_height + 18.0
            middle = top + height / 2
            label_top, text_top, band = middle - label_height / 2, middle - _LINE / 2, (top, top + height)
        rows.append(_Row(point, "\n".join(lines), label_top, text_top, middle, band))
        top += height
    return rows, top


def _label_characters(point: Point, layout: _Layout) -> int:
    """How many characters a line of the label may have beside what stands right of it."""
    beside = _CHARACTER * len(point.text) if layout.stacked else layout.width - layout.axis_from
    return max(int((layout.width - beside - _LINE) / _CHARACTER), _LEAST_CHARACTERS)


def _data(records: Iterable[Mapping[str, object]]) -> alt.InlineData:
    return alt.InlineData(values=[dict(record) for record in records])


def _lines_across(rows: Sequence[_Row], values: Sequence[float], colour: str, canvas: _Canvas) -> alt.Chart:
    bands = [row.band for row in rows] if canvas.layout.stacked else [(rows[0].band[0], rows[-1].band[1])]
    records = [{"x": x, "top": top, "bottom": bottom} for top, bottom in bands for x in values]
    marks = alt.Chart(_data(records)).mark_rule(color=colour, strokeWidth=1 if colour == _GRID else 2)
    layer: alt.Chart = marks.encode(x=canvas.x("x"), y=canvas.y("top"), y2="bottom")
    return layer


def _target_label(target: Target, canvas: _Canvas) -> alt.Chart:
    """Keep the label inside the chart: its middle is at the line except near the ends."""
    align = _ALIGNMENTS[min(int(3 * canvas.place_of(target.value)), 2)]
    marks = alt.Chart(_data([{"x": target.value, "y": 3, "text": target.text}]))
    layer: alt.Chart = marks.mark_text(align=align, baseline="top", fontWeight="bold").encode(
        x=canvas.x("x"), y=canvas.y("y"), text="text:N"
    )
    return layer


def _intervals(rows: Sequence[_Row], canvas: _Canvas) -> list[alt.Chart]:
    """A line between the ends of each interval, and a cap at each end."""
    measured = [
        (row.point.low, row.point.high, row.middle)
        for row in rows
        if row.point.low is not None and row.point.high is not None
    ]
    lines = [{"a": low, "b": high, "top": y, "bottom": y} for low, high, y in measured]
    caps = [
        {"a": end, "b": end, "top": y - 6, "bottom": y + 6}
        for low, high, y in measured
        for end in (low, high)
    ]
    marks = [alt.Chart(_data(records)).mark_rule(color=_SERIES, strokeWidth=2) for records in (lines, caps)]
    return [mark.encode(x=canvas.x("a"), x2="b", y=canvas.y("top"), y2="bottom") for mark in marks]


def _dots(rows: Sequence[_Row], canvas: _Canvas) -> alt.Chart:
    records = [{"x": row.point.value, "y": row.middle} for row in rows if row.point.value is not None]
    marks = alt.Chart(_data(records)).mark_circle(size=60, color=_SERIES, opacity=1)
    layer: alt.Chart = marks.encode(x=canvas.x("x"), y=canvas.y("y"))
    return layer


def _texts(rows: Sequence[_Row], canvas: _Canvas) -> list[alt.Chart]:
    """The label at the left edge, the figures right of the axis or at the right edge."""
    stacked, width = canvas.layout.stacked, canvas.layout.width
    labels = alt.Chart(_data({"y": row.label_top + 2, "text": row.label} for row in rows))
    figures = alt.Chart(
        _data(
            {
                "y": row.text_top + 2,
                "text": row.point.text,
                "colour": _MUTED if row.point.value is None else "currentColor",
            }
            for row in rows
        )
    )
    return [
        labels.mark_text(align="left", baseline="top").encode(x=alt.value(0), y=canvas.y("y"), text="text:N"),
        figures.mark_text(align="right" if stacked else "left", baseline="top").encode(
            x=alt.value(width if stacked else canvas.layout.axis_to + 20),
            y=canvas.y("y"),
            text="text:N",
            color=alt.Color("colour:N", scale=None),
        ),
    ]
