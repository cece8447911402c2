"""Choose what is charted: shares, scores, response and one KPI by group, each with its table.

Which values are charted follows from their estimand and unit, never from a KPI's identifier. How a
chart is drawn belongs in ``charts``, what its title says in ``titles``.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ccds_pipeline.reporting.charts import (
    Axis,
    Point,
    Target,
    change_axis,
    draw_points,
    score_axis,
    share_axis,
)
from ccds_pipeline.reporting.page import FigureView
from ccds_pipeline.reporting.readings import reading_text
from ccds_pipeline.reporting.released import WHOLE, Release, Value
from ccds_pipeline.reporting.tables import chart_table
from ccds_pipeline.reporting.titles import (
    breakdown_title,
    changes_title,
    rates_title,
    scores_title,
    shares_title,
)
from ccds_pipeline.reporting.wording import (
    CHANGE_UNITS,
    SCORE,
    SHARE,
    name_text,
    number_text,
    size_text,
    target_text,
    value_text,
    wave_text,
)

_MEAN, _RATE, _MONTH = "mean", "rate", "month"


def shares_figure(release: Release) -> FigureView | None:
    """Return the favourable shares of the whole programme against the contract target."""
    values = _greatest_first([value for value in release.headlines if value.estimand == SHARE])
    return _figure(
        values,
        [value.kpi_label for value in values],
        name="shares",
        title=shares_title(values),
        subject="Points are shares of valid answers that are favourable",
        heading="KPI",
        target=_contract_target(release.headlines),
    )


def scores_figure(release: Release) -> FigureView | None:
    """Return the mean scores of the whole programme."""
    values = [value for value in release.headlines if value.estimand == _MEAN]
    return _figure(
        values,
        [value.kpi_label for value in values],
        name="scores",
        title=scores_title(values),
        subject="Points are mean scores",
        heading="KPI",
    )


def changes_figure(release: Release) -> FigureView | None:
    """Return every reading of every change: which one is read moves the figure."""
    values = [value for value in release.overall if value.unit in CHANGE_UNITS]
    return _figure(
        values,
        [f"{value.kpi_label}, {reading_text(value.estimand)}" for value in values],
        name="changes",
        title=changes_title(values),
        subject="Points are changes between two waves",
        heading="KPI and reading",
    )


def response_figure(release: Release) -> FigureView | None:
    """Return which share of those who could answer did, per wave."""
    values = [value for value in release.headlines if value.estimand == _RATE]
    return _figure(
        values,
        [_with_wave(value) for value in values],
        name="response",
        title=rates_title(values),
        subject="Points are shares of those expected to answer who did",
        heading="KPI and wave",
    )


def breakdown_figures(release: Release, subject: Value) -> tuple[FigureView, ...]:
    """Return one value of the whole programme by each released breakdown."""
    key = (subject.kpi_id, subject.estimand, subject.wave)
    parts = [
        value
        for value in release.values
        if (value.kpi_id, value.estimand, value.wave) == key and value.breakdown != WHOLE
    ]
    breakdowns = dict.fromkeys(value.breakdown for value in parts)
    figures = (
        _breakdown_figure(name, [value for value in parts if value.breakdown == name], subject)
        for name in breakdowns
    )
    return tuple(figure for figure in figures if figure is not None)


def breakdown_subject(release: Release) -> Value | None:
    """Return the value that is broken down: the first with a target, else the first share of answers."""
    shares = [value for value in release.headlines if value.unit == SHARE]
    with_target = [value for value in shares if target_text(value)]
    answers = [value for value in shares if value.estimand == SHARE]
    return next(iter([*with_target, *answers]), None)


def _breakdown_figure(breakdown: str, parts: Sequence[Value], subject: Value) -> FigureView | None:
    """Months stand in their order, other parts from the greatest value to the least."""
    ordered = sorted(parts, key=lambda value: value.level) if breakdown == _MONTH else _greatest_first(parts)
    return _figure(
        ordered,
        [value.level_label for value in ordered],
        name=f"by-{breakdown}",
        title=breakdown_title(breakdown, ordered),
        subject=f"Points are shares for {subject.kpi_label}",
        heading=name_text(breakdown),
        target=_contract_target([subject]),
    )


def _figure(
    values: Sequence[Value],
    labels: Sequence[str],
    *,
    name: str,
    title: str,
    subject: str,
    heading: str,
    target: Target | None = None,
) -> FigureView | None:
    if not values:
        return None
    points = [_point(value, label) for value, label in zip(values, labels, strict=True)]
    axis = _axis(values[0].unit, points, target)
    drawing = draw_points(points, axis=axis, target=target)
    return FigureView(
        id=name,
        title=title,
        caption=f"{subject}; whiskers are 95% intervals. {_axis_note(axis, values[0].unit)}",
        wide=_named(drawing.wide, name, "wide"),
        narrow=_named(drawing.narrow, name, "narrow"),
        table=chart_table(values, labels, heading=heading, caption=f"{title}: the figures"),
    )


def _point(value: Value, label: str) -> Point:
    if value.shown is None:
        return Point(label, value_text(value))
    return Point(label, value_text(value) + size_text(value), value.shown, value.ci_low, value.ci_high)


def _axis(unit: str, points: Sequence[Point], target: Target | None) -> Axis:
    drawn = [
        number for point in points for number in (point.value, point.low, point.high) if number is not None
    ]
    if unit == SCORE:
        return score_axis(drawn)
    if unit in CHANGE_UNITS:
        return change_axis(drawn)
    return share_axis([*drawn, *([target.value] if target else [])])


def _axis_note(axis: Axis, unit: str) -> str:
    """An axis that starts above zero makes differences look greater, so it is said."""
    start = number_text(axis.low, SHARE) if unit == SHARE else f"{axis.low:g}"
    return f"The axis starts at {start}." if axis.low > 0 else ""


def _contract_target(values: Sequence[Value]) -> Target | None:
    """The one target that shares are held against; none where KPIs have different ones."""
    targets = {
        Target(value.target, f"Contract target: {target_text(value)}")
        for value in values
        if value.unit == SHARE and value.target is not None
    }
    return targets.pop() if len(targets) == 1 else None


def _with_wave(value: Value) -> str:
    return ", ".join(part for part in (value.kpi_label, wave_text(value.wave).lower()) if part)


def _greatest_first(values: Sequence[Value]) -> list[Value]:
    """Values that are not shown come last, by name: a place among the others would tell about them."""
    return sorted(
        values,
        key=lambda value: (value.shown is None, -(value.shown or 0), value.level_label, value.kpi_order),
    )


def _named(svg: str, name: str, size: str) -> Markup:
    """Make the picture one image, named by the figure's title and described by its caption."""
    attributes = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-caption" class="{size}"'
    return Markup(svg.replace('class="marks"', attributes, 1))  # noqa: S704  # drawn and escaped by Vega
