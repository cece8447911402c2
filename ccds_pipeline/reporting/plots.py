"""Draw values against a size, or in time, among curves such as limits.

Dots that stand out are diamonds with a number beside them, so that they can be named below in a list
and no label is cut. A plot is drawn twice, wide and narrow, since the text of a scaled-down picture cannot
be read on a phone; the style sheet shows one. Pictures inside of tables belong in ``marks``; which values
are drawn in ``groups``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ccds_pipeline.reporting import vega
from ccds_pipeline.reporting.vega import CHARACTER, FONT_SIZE, LINE, Encoding, Layer

_USUAL_STEPS = (0.1, 0.2, 0.5, 1, 2)
_SLACK = 1e-6
# Steps below one per cent would have the same labels.
_LEAST_SPAN_OF_SHARES, _LEAST_SPAN = 0.06, 0.2
_MOST_TICKS = 6
_RIGHT = 8
_NEAR_END = 0.75


@dataclass(frozen=True)
class Axis:
    """The part of the scale that is drawn, and where and how (d3-format) it is labelled."""

    low: float
    high: float
    ticks: tuple[float, ...]
    format: str


@dataclass(frozen=True)
class Drawing:
    """The same chart for a wide and for a narrow page, as SVG without role or name."""

    wide: str
    narrow: str


@dataclass(frozen=True)
class Tick:
    """A position along the page, and what is written below it."""

    value: float
    text: str


@dataclass(frozen=True)
class Dot:
    """One value; one that stands out has a ``number``."""

    x: float
    y: float
    number: int | None = None


@dataclass(frozen=True)
class Curve:
    """A line through points from left to right, named at its right end.

    Curves of limits are thin, told apart by their ``dash`` (lengths of strokes and gaps); one of values
    joins dots.
    """

    points: tuple[tuple[float, float], ...]
    label: str = ""
    dash: tuple[int, ...] = ()
    is_of_values: bool = False


@dataclass(frozen=True)
class Plot:
    """What is drawn; ``across`` are the ends of the scale along the page."""

    dots: tuple[Dot, ...]
    curves: tuple[Curve, ...]
    axis: Axis
    across: tuple[float, float]
    ticks: tuple[Tick, ...]
    title_below: str


def size_ticks(most: float) -> tuple[Tick, ...]:
    """Return ticks in usual whole steps from 0 to the first one that is ``most`` or more."""
    step = max(_usual_step(most), 1)
    return tuple(Tick(step * n, f"{step * n:,.0f}") for n in range(math.ceil(most / step) + 1))


def snug_axis(values: Sequence[float], *, is_share: bool) -> Axis:
    """Return an axis in usual steps that just holds the values; one of shares stays between 0 and 1."""
    least, most = min(values), max(values)
    step = _usual_step(max(most - least, _LEAST_SPAN_OF_SHARES if is_share else _LEAST_SPAN))
    first, last = math.floor(least / step + _SLACK), math.ceil(most / step - _SLACK)
    last = max(last, first + 1)
    if is_share:
        last = min(last, round(1 / step))
        first = max(min(first, last - 1), 0)
    ticks = tuple(round(step * n, 9) for n in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], ticks=ticks, format=".0%" if is_share else ",.3~f")


def draw_plot(plot: Plot) -> Drawing:
    """Draw dots over curves."""
    return Drawing(wide=_draw(plot, _WIDE), narrow=_draw(plot, _NARROW))


def named(svg: str, name: str, size: str) -> Markup:
    """Return a drawing as one image, named by the title of a figure and described by its caption."""
    attributes = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-caption" class="{size}"'
    return Markup(svg.replace('class="marks"', attributes, 1))  # noqa: S704  # drawn and escaped by Vega


@dataclass(frozen=True)
class _Layout:
    """Size in pixels of the part that holds the dots; the axis and names of curves are beside it."""

    width: int
    height: int


_WIDE, _NARROW = _Layout(width=740, height=320), _Layout(width=210, height=260)


@dataclass(frozen=True)
class _Canvas:
    """The scales that all layers of one plot share."""

    plot: Plot
    layout: _Layout

    def x(self) -> Encoding:
        return vega.channel("x", vega.linear(self.plot.across, (0, self.layout.width)))

    def y(self) -> Encoding:
        """Place a value upwards; numbers stand at the left, with lines across."""
        axis = self.plot.axis
        labels = vega.axis_labels(axis.ticks, axis.format, grid=True, gridColor=vega.GRID, labelPadding=8)
        return vega.channel("y", vega.linear((axis.low, axis.high), (self.layout.height, 0)), labels)

    def at(self) -> dict[str, Encoding]:
        return {"x": self.x(), "y": self.y()}

    def pixels_down(self, value: float) -> float:
        axis = self.plot.axis
        return self.layout.height * (axis.high - value) / (axis.high - axis.low)

    def position_of(self, dot: Dot) -> tuple[float, float]:
        """Pixels down and from the left."""
        left, right = self.plot.across
        return self.pixels_down(dot.y), self.layout.width * (dot.x - left) / (right - left)

    def are_close(self, dot: Dot, other: Dot, *, room: float) -> bool:
        """Whether a label that takes ``room`` at one dot would cover the other."""
        (top, left), (other_top, other_left) = self.position_of(dot), self.position_of(other)
        return abs(other_top - top) < LINE / 2 and abs(other_left - left) < room + LINE

    def value_at(self, pixels_down: float) -> float:
        axis = self.plot.axis
        return axis.high - (axis.high - axis.low) * pixels_down / self.layout.height


def _draw(plot: Plot, layout: _Layout) -> str:
    canvas = _Canvas(plot, layout)
    layers = [
        *(_curve(curve, canvas) for curve in plot.curves),
        *_dots(canvas),
        *_numbers(canvas),
        _curve_names(canvas),
        *_words_below(canvas),
    ]
    return vega.svg(layers, width=layout.width, height=layout.height)


def _curve(curve: Curve, canvas: _Canvas) -> Layer:
    return vega.layer(
        "line",
        ({"x": x, "y": y} for x, y in curve.points),
        canvas.at(),
        color=vega.SERIES if curve.is_of_values else vega.MUTED,
        strokeWidth=2 if curve.is_of_values else 1.5,
        strokeDash=list(curve.dash),
        interpolate="linear",
    )


def _dots(canvas: _Canvas) -> list[Layer]:
    usual, marked = (
        [{"x": dot.x, "y": dot.y} for dot in canvas.plot.dots if (dot.number is not None) == is_marked]
        for is_marked in (False, True)
    )
    look = {"filled": True, "opacity": 1}
    return [
        vega.layer("point", usual, canvas.at(), shape="circle", size=50, color=vega.SERIES, **look),
        vega.layer(
            "point", marked, canvas.at(), shape="diamond", size=150, color=vega.TARGET, stroke=vega.INK,
            strokeWidth=1, **look,
        ),
    ]  # fmt: skip


def _numbers(canvas: _Canvas) -> list[Layer]:
    """The numbers of dots that stand out, right of them, or left of those at the right end."""
    groups = _neighbours(canvas)
    at_end = [group for group in groups if canvas.position_of(group[-1])[1] > _NEAR_END * canvas.layout.width]
    before = [(dots[0], dots) for dots in at_end]
    after = [(dots[-1], dots) for dots in groups if dots not in at_end]
    return [
        vega.text_layer(
            [{"x": dot.x, "y": dot.y, "text": _label(dots)} for dot, dots in labelled],
            canvas.at(),
            align=align,
            baseline="middle",
            dx=dx,
            fontWeight="bold",
        )
        for labelled, align, dx in ((before, "right", -9), (after, "left", 9))
    ]


def _neighbours(canvas: _Canvas) -> list[list[Dot]]:
    """Dots that stand out, from left to right; those on which a label would stand share it."""
    groups: list[list[Dot]] = []
    for dot in sorted((dot for dot in canvas.plot.dots if dot.number is not None), key=canvas.position_of):
        if groups and canvas.are_close(groups[-1][-1], dot, room=CHARACTER * len(_label(groups[-1]))):
            groups[-1].append(dot)
        else:
            groups.append([dot])
    return groups


def _label(dots: Sequence[Dot]) -> str:
    return ", ".join(str(dot.number) for dot in dots)


def _curve_names(canvas: _Canvas) -> Layer:
    """Names at the right ends of the curves, moved down where they would stand on each other."""
    ends = sorted(
        (canvas.pixels_down(curve.points[-1][1]), curve.label) for curve in canvas.plot.curves if curve.label
    )
    tops = itertools.accumulate([top for top, _ in ends], lambda above, top: max(top, above + LINE - 2))
    return vega.text_layer(
        [{"y": canvas.value_at(top), "text": label} for top, (_, label) in zip(tops, ends, strict=True)],
        {"x": {"value": canvas.layout.width + _RIGHT}, "y": canvas.y()},
        align="left",
        baseline="middle",
        fontSize=FONT_SIZE - 1,
    )


def _words_below(canvas: _Canvas) -> list[Layer]:
    """What ticks say, as many as fit, and below them what they are."""
    height, ticks = canvas.layout.height, _fitting(canvas.plot.ticks, canvas.layout.width)
    look = {"baseline": "top", "color": vega.MUTED, "fontSize": FONT_SIZE - 1}
    return [
        vega.text_layer(
            [{"x": tick.value, "text": tick.text} for tick in ticks],
            {"x": canvas.x(), "y": {"value": height + 8}},
            align="center",
            **look,
        ),
        vega.text_layer(
            [{"text": canvas.plot.title_below}],
            {"x": {"value": 0}, "y": {"value": height + 8 + LINE}},
            align="left",
            **look,
        ),
    ]


def _fitting(ticks: Sequence[Tick], width: float) -> Sequence[Tick]:
    """Return every tick, or every second, third and so on, so that their texts stay apart."""
    room = width / max(len(ticks) - 1, 1)
    needed = CHARACTER * (max(len(tick.text) for tick in ticks) + 1)
    return ticks[:: max(math.ceil(needed / room), 1)]


def _usual_step(span: float) -> float:
    """Return the least step out of 1, 2 and 5 times a power of ten that gives few ticks."""
    power = 10.0 ** math.floor(math.log10(span))
    return next(step * power for step in _USUAL_STEPS if span / (step * power) <= _MOST_TICKS + _SLACK)
