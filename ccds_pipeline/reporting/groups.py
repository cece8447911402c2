"""Choose what is charted by group: which KPIs, and each breakdown as points, funnel or series.

A ranked list of many parts would make chance look like merit, so those are drawn in a funnel: against
their size, among the limits of chance (Spiegelhalter 2005, Statistics in Medicine 24). Months stay in
their order. What is charted of the whole programme is decided in ``figures``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

from ccds_pipeline.reporting import figure_views, wording
from ccds_pipeline.reporting.charts import Axis
from ccds_pipeline.reporting.page import FigureView, GroupsView
from ccds_pipeline.reporting.plots import Curve, Dot, Plot, Tick, draw_plot, size_ticks, snug_axis
from ccds_pipeline.reporting.released import ChartPoint, Release, Value
from ccds_pipeline.reporting.tables import limits_table
from ccds_pipeline.reporting.titles import breakdown_title, funnel_title, series_title
from ccds_pipeline.schemas.readings import SCORE, SHARE, WHOLE

MOST_POINTS = 12
"""Parts of a breakdown that are shown one below the other; more are drawn in a funnel."""

# As statistics.control_charts has it.
_LEAST_MONTHS = 12
_RATE, _MONTH, _UNKNOWN = "rate", "month", "unknown"
_OUTER, _INNER = (2, 3), (7, 4)


def groups_views(release: Release) -> tuple[GroupsView, ...]:
    """Return what is shown by group, one view per KPI.

    The KPI with a target comes first, else the first share of answers. Where fewer than half of its
    parts may be shown, the answers that may be shown for most parts are shown too.
    """
    subjects = [subject for subject in (_subject(release), _companion(release)) if subject is not None]
    views = [_groups_view(subject, release) for subject in dict.fromkeys(subjects)]
    return tuple(view for view in views if view is not None)


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


def _groups_view(subject: Value, release: Release) -> GroupsView | None:
    by_breakdown: dict[str, list[Value]] = {}
    for value in _parts(subject, release):
        by_breakdown.setdefault(value.breakdown, []).append(value)
    if not by_breakdown:
        return None
    drawn = {name: parts for name, parts in by_breakdown.items() if _is_drawn(parts)}
    figures = (_breakdown_figure(parts, release) for parts in drawn.values())
    return GroupsView(
        kpi_id=subject.kpi_id,
        kpi_label=subject.kpi_label,
        figures=tuple(figure for figure in figures if figure is not None),
        note=_note({name: parts for name, parts in by_breakdown.items() if name not in drawn}),
    )


def _is_drawn(parts: Sequence[Value]) -> bool:
    if parts[0].breakdown == _MONTH or len(parts) <= MOST_POINTS:
        return _shown_n(parts) > 0
    return not _is_mostly_withheld(parts)


def _note(left_out: dict[str, list[Value]]) -> str:
    """Say which breakdowns are not drawn; a chart of the few that are left would mislead."""
    few = [
        f"{wording.breakdown_text(name)} ({_shown_n(parts) or 'none'} of {len(parts)} values may be shown)"
        for name, parts in left_out.items()
    ]
    return f"Not drawn, because too much is withheld: by {'; by '.join(few)}." if few else ""


def _breakdown_figure(parts: list[Value], release: Release) -> FigureView | None:
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
    return _points_figure(parts)


def _points_figure(parts: list[Value]) -> FigureView | None:
    """Months stay in their order, other parts from the greatest value to the least."""
    part = parts[0]
    few = f"; limits of usual variation need {_LEAST_MONTHS} months" if part.breakdown == _MONTH else ""
    return figure_views.points_view(
        parts if part.breakdown == _MONTH else figure_views.greatest_first(parts),
        lambda value: value.level_label,
        name=_name(part),
        title=partial(breakdown_title, part.breakdown),
        subject=f"Points are {_kind(part)}s for {part.kpi_label}{few}",
        heading=wording.capitalised(wording.breakdown_text(part.breakdown)),
        target=figure_views.contract_target([part]),
    )


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
        title=funnel_title(part.breakdown, points),
        subject=(
            f"Each point is one {wording.breakdown_text(part.breakdown)}: its {_kind(part)} for "
            f"{part.kpi_label}, against how many answered. About 1 in 20 lies outside the 95% limits by "
            f"chance alone, and 1 in 500 outside the 99.8% limits; the fewer answered, the wider the limits. "
            f"Points of one size and value lie on each other"
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
        title=series_title(part.breakdown, points),
        subject=f"Each point is the {_kind(part)} of one month for {part.kpi_label}. {_limits_text(points)}",
    )


def _plot_figure(
    plot: Plot, parts: list[Value], points: list[ChartPoint], *, title: str, subject: str
) -> FigureView:
    part, hidden_n = parts[0], len(parts) - len(points)
    hidden = f"{hidden_n} of {len(parts)} are not shown: withheld or no answers." if hidden_n else ""
    marked = [point for point in points if point.signal is not None]
    return figure_views.figure_view(
        draw_plot(plot),
        name=_name(part),
        title=title,
        caption=" ".join(f"{subject}. {hidden} {figure_views.axis_note(plot.axis, part.unit)}".split()),
        table=limits_table(
            parts,
            points,
            heading=wording.capitalised(wording.breakdown_text(part.breakdown)),
            caption=f"{title}: the figures",
        ),
        marked=[wording.marked_text(point) for point in marked],
    )


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


def _name(value: Value) -> str:
    return f"kpi-{value.kpi_order}-by-{value.breakdown}"
