"""Choose what is charted by group: which KPIs, and each breakdown as points, funnel or series.

A ranked list of many parts would make chance look like merit, so those are drawn in a funnel: against
their size, among the limits of chance (Spiegelhalter 2005, Statistics in Medicine 24). Months stay in
their order, and so does every other breakdown. The whole programme belongs in ``said`` and ``learned``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from ccds_pipeline.reporting import marks, wording
from ccds_pipeline.reporting.marks import Span
from ccds_pipeline.reporting.page import Card, Cell, Column, FigureView, TableView
from ccds_pipeline.reporting.plots import (
    Axis,
    Curve,
    Dot,
    Plot,
    Tick,
    draw_plot,
    named,
    size_ticks,
    snug_axis,
)
from ccds_pipeline.reporting.released import ChartPoint, Release, Value
from ccds_pipeline.reporting.tables import base_cell, interval_cell, limits_table
from ccds_pipeline.reporting.titles import breakdown_title, funnel_title, series_title
from ccds_pipeline.schemas.readings import SCORE, SHARE, WHOLE

MOST_POINTS = 12
"""Parts of a breakdown that are shown one below the other; more are drawn in a funnel."""

# As statistics.control_charts has it.
_LEAST_MONTHS = 12
_RATE, _MONTH, _UNKNOWN = "rate", "month", "unknown"
_OUTER, _INNER = (2, 3), (7, 4)


def group_cards(release: Release) -> tuple[Card | FigureView, ...]:
    """Return what is shown by group.

    The KPI with a target comes first, else the first share of answers. Where fewer than half of its
    parts may be shown, the answers that may be shown for most parts are shown too.
    """
    return tuple(card for subject in _subjects(release) for card in _group_cards(subject, release))


def groups_note(release: Release) -> str:
    """Say which breakdowns are not drawn; a chart of the few parts that are left would mislead."""
    return " ".join(note for subject in _subjects(release) if (note := _note(subject, release)))


def _subjects(release: Release) -> list[Value]:
    subjects = (_subject(release), _companion(release))
    return list(dict.fromkeys(subject for subject in subjects if subject is not None))


def _subject(release: Release) -> Value | None:
    shares = [value for value in release.headlines if value.unit == SHARE.name]
    with_target = [value for value in shares if wording.target_text(value)]
    return next(iter([*with_target, *_answers(shares)]), None)


def _companion(release: Release) -> Value | None:
    subject = _subject(release)
    if subject is not None and not _is_mostly_withheld(_parts(subject, release)):
        return None
    answers = _answers([value for value in release.headlines if value.unit in (SHARE.name, SCORE.name)])
    return max(answers, key=lambda value: _shown_n(_parts(value, release)), default=None)


def _answers(values: Sequence[Value]) -> list[Value]:
    return [value for value in values if value.estimand != _RATE]


def _parts(subject: Value, release: Release) -> list[Value]:
    """The parts of every breakdown that divides; one part alone is the whole again."""
    key = (subject.kpi_id, subject.estimand, subject.wave)
    parts = [
        value
        for value in release.values
        if (value.kpi_id, value.estimand, value.wave) == key and value.breakdown != WHOLE
    ]
    names = [value.breakdown for value in parts]
    return [value for value in parts if names.count(value.breakdown) > 1]


def _shown_n(parts: Sequence[Value]) -> int:
    return sum(value.shown is not None or value.interval is not None for value in parts)


def _is_mostly_withheld(parts: Sequence[Value]) -> bool:
    """Whether so few parts are shown that limits made of them would only show what is withheld."""
    return 2 * _shown_n(parts) < len(parts)


def _by_breakdown(subject: Value, release: Release) -> dict[str, list[Value]]:
    parts: dict[str, list[Value]] = {}
    for value in _parts(subject, release):
        parts.setdefault(value.breakdown, []).append(value)
    return parts


def _group_cards(subject: Value, release: Release) -> list[Card | FigureView]:
    drawn = (parts for parts in _by_breakdown(subject, release).values() if _is_drawn(parts))
    return [_breakdown_card(parts, release) for parts in drawn]


def _is_drawn(parts: Sequence[Value]) -> bool:
    if parts[0].breakdown == _MONTH or len(parts) <= MOST_POINTS:
        return _shown_n(parts) > 0
    return not _is_mostly_withheld(parts)


def _note(subject: Value, release: Release) -> str:
    few = [
        f"{wording.breakdown_text(name)} ({_shown_n(parts) or 'none'} of {len(parts)} values may be shown)"
        for name, parts in _by_breakdown(subject, release).items()
        if not _is_drawn(parts)
    ]
    return (
        f"{subject.kpi_label} is not drawn, because too much is withheld, by {'; by '.join(few)}."
        if few
        else ""
    )


def _breakdown_card(parts: list[Value], release: Release) -> Card | FigureView:
    part = parts[0]
    key = (part.kpi_id, part.estimand, part.wave, part.breakdown)
    points = [
        point
        for point in release.chart_points
        if (point.kpi_id, point.estimand, point.wave, point.breakdown) == key
    ]
    if points and part.breakdown == _MONTH:
        return _series_figure(parts, points)
    if points and len(parts) > MOST_POINTS:
        return _funnel_figure(parts, points)
    return _points_card(parts)


def _points_card(parts: list[Value]) -> Card:
    part, span = parts[0], _span(parts)
    title = breakdown_title(part, parts)
    notes = (
        "A mark across is the contract’s target." if part.target is not None else "",
        f"Limits of usual variation need {_LEAST_MONTHS} months." if part.breakdown == _MONTH else "",
        wording.WHY_WITHHELD if any(value.suppressed for value in parts) else "",
    )
    ends = " to ".join(_end_text(end, part) for end in (span.low, span.high))
    return Card(
        title,
        TableView.of(
            title,
            parts,
            Column(_heading(part), lambda value: Cell(value.level_label)),
            Column(ends, lambda value: _picture_cell(value, span), is_picture=True),
            Column(wording.capitalised(_kind(part)), _value_cell, numeric=True),
            Column("Out of", base_cell, numeric=True),
            Column("95% interval", interval_cell, numeric=True),
        ),
        note=" ".join(filter(None, notes)),
    )


def _span(parts: Sequence[Value]) -> Span:
    """Return the scale of a share from 0 or a half, of a score around what is shown."""
    ends = [end for value in parts for end in (*(value.interval or ()), value.shown) if end is not None]
    if parts[0].unit == SHARE.name:
        least = min([*ends, *(value.target for value in parts if value.target is not None)])
        return Span(0 if least < 0.5 else 0.5, 1)  # noqa: PLR2004  # a half
    low = math.floor(min(ends))
    return Span(low, max(math.ceil(max(ends)), low + 1))


def _end_text(end: float, part: Value) -> str:
    return f"{100 * end:g}%" if part.unit == SHARE.name else f"{end:g}"


def _picture_cell(value: Value, span: Span) -> Cell:
    if value.shown is None and value.interval is None:
        return Cell("not shown", muted=True)
    return Cell("", picture=marks.interval(value.shown, value.interval, span, target=value.target))


def _value_cell(value: Value) -> Cell:
    if value.shown is None and value.interval is None:
        return Cell(wording.value_text(value), note=wording.reason_text(value), muted=True)
    return Cell(wording.value_text(value))


def _heading(part: Value) -> str:
    return wording.capitalised(wording.breakdown_text(part.breakdown))


def _funnel_figure(parts: list[Value], points: list[ChartPoint]) -> FigureView:
    """A part stands out only beyond the limits for its size."""
    part, most = parts[0], max(point.n for point in points)
    dots = _numbered([(point.n, point) for point in points])
    curves = (
        _curve("99.8%", _OUTER, [(point.n, point.high_limit) for point in points]),
        _curve("95%", _INNER, [(point.n, point.high_95) for point in points]),
        _curve(_centre_name("all", points[0]), (), [(point.n, point.centre) for point in points]),
        _curve("95%", _INNER, [(point.n, point.low_95) for point in points]),
        _curve("99.8%", _OUTER, [(point.n, point.low_limit) for point in points]),
    )
    ticks = size_ticks(most)
    return _plot_figure(
        Plot(dots, curves, _axis(part, dots, curves), (0, ticks[-1].value), ticks, "Number of valid answers"),
        parts,
        points,
        title=funnel_title(part, points),
        subject=(
            f"Each point is one {wording.breakdown_text(part.breakdown)}: its {_kind(part)} for "
            f"{part.kpi_label}, against how many answered. About 1 in 20 lies outside the 95% limits by "
            f"chance alone, and 1 in 500 outside the 99.8% limits; the fewer answered, the wider the limits. "
            f"Points with the same value and base overlap"
        ),
    )


def _series_figure(parts: list[Value], points: list[ChartPoint]) -> FigureView:
    """Months in time, among the limits of usual variation."""
    part, months = parts[0], [value for value in parts if value.level != _UNKNOWN]
    position_of = {value.level: position for position, value in enumerate(months)}
    placed = [(position_of[point.level], point) for point in points]
    dots = _numbered(placed)
    curves = (
        *_joined(dots),
        _curve("limit", _INNER, [(x, _possible(point.high_limit, point)) for x, point in placed]),
        _curve(_centre_name("mean", points[0]), (), [(x, point.centre) for x, point in placed]),
        _curve("limit", _INNER, [(x, _possible(point.low_limit, point)) for x, point in placed]),
    )
    ticks = tuple(Tick(position, wording.tick_text(value.level)) for position, value in enumerate(months))
    return _plot_figure(
        Plot(dots, curves, _axis(part, dots, curves), (-0.5, len(months) - 0.5), ticks, "Month"),
        parts,
        points,
        title=series_title(part, points),
        subject=f"Each point is the {_kind(part)} of one month for {part.kpi_label}. {_limits_text(points)}",
    )


def _plot_figure(
    plot: Plot, parts: list[Value], points: list[ChartPoint], *, title: str, subject: str
) -> FigureView:
    part, hidden_n = parts[0], len(parts) - len(points)
    hidden = f"{hidden_n} of {len(parts)} are not shown: withheld or no answers." if hidden_n else ""
    marked = [point for point in points if point.signal is not None]
    name = f"kpi-{part.kpi_order}-by-{part.breakdown}"
    drawing = draw_plot(plot)
    return FigureView(
        id=name,
        title=title,
        caption=" ".join(f"{subject}. {hidden} {_axis_note(plot.axis, part)}".split()),
        wide=named(drawing.wide, name, "wide"),
        narrow=named(drawing.narrow, name, "narrow"),
        table=limits_table(parts, points, heading=_heading(part), caption=f"{title}: the figures"),
        marked=tuple(wording.marked_text(point) for point in marked),
    )


def _axis_note(axis: Axis, part: Value) -> str:
    """Return where the axis starts, unless at zero: later starts make differences look greater."""
    return f"The axis starts at {_end_text(axis.low, part)}." if axis.low > 0 else ""


def _numbered(placed: Sequence[tuple[float, ChartPoint]]) -> tuple[Dot, ...]:
    """Number the points that stand out, from 1."""
    marked = [point.level for _, point in placed if point.signal is not None]
    number_of = {level: number for number, level in enumerate(marked, start=1)}
    return tuple(Dot(x, point.value, number_of.get(point.level)) for x, point in placed)


def _curve(name: str, dash: tuple[int, ...], points: Sequence[tuple[float, float | None]]) -> Curve:
    """A limit from left to right; without its name where there is none."""
    drawn = sorted({(x, y) for x, y in points if y is not None})
    return Curve(tuple(drawn), name if drawn else "", dash)


def _limits_text(points: Sequence[ChartPoint]) -> str:
    beyond = "; a limit beyond 0% or 100% is not drawn" if points[0].unit == SHARE.name else ""
    return f"Between the limits is usual variation{beyond}"


def _possible(limit: float | None, point: ChartPoint) -> float | None:
    """A process limit knows nothing of the ends of a share."""
    is_possible = limit is not None and (point.unit != SHARE.name or 0 <= limit <= 1)
    return limit if is_possible else None


def _joined(dots: Sequence[Dot]) -> list[Curve]:
    """Lines between neighbours; a month that is not shown leaves a gap."""
    return [
        Curve(((dot.x, dot.y), (following.x, following.y)), is_of_values=True)
        for dot, following in itertools.pairwise(dots)
        if following.x == dot.x + 1
    ]


def _centre_name(word: str, point: ChartPoint) -> str:
    return "" if point.centre is None else f"{word} {wording.number_text(point.centre, point.unit)}"


def _axis(value: Value, dots: Sequence[Dot], curves: Sequence[Curve]) -> Axis:
    """Snug around limits, which show what is much."""
    limits = [y for curve in curves if not curve.is_of_values for _, y in curve.points]
    return snug_axis([*(dot.y for dot in dots), *limits], is_share=value.unit == SHARE.name)


def _kind(value: Value) -> str:
    return "mean score" if value.unit == SCORE.name else "share"
