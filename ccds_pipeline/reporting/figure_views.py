"""Make figures of released values: picture, caption, and the table of its figures.

Which values make a figure is decided in ``figures`` and ``groups``; how they are drawn in ``charts``
and ``plots``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from ccds_pipeline.reporting.charts import (
    Axis,
    Drawing,
    Point,
    Target,
    change_axis,
    draw_points,
    score_axis,
    share_axis,
)
from ccds_pipeline.reporting.page import FigureView, TableView
from ccds_pipeline.reporting.released import Value
from ccds_pipeline.reporting.tables import chart_table
from ccds_pipeline.reporting.wording import number_text, size_text, target_text, value_text
from ccds_pipeline.schemas.readings import SCORE, SHARE, units_of


def points_view(
    values: Sequence[Value],
    label: Callable[[Value], str],
    *,
    name: str,
    title: Callable[[Sequence[Value]], str],
    subject: str,
    heading: str,
    target: Target | None = None,
) -> FigureView | None:
    """Return one point with its interval per value, in the order given; none where there is no value.

    Args:
        values: All of one unit, or all changes.
        label: What a value is called.
        name: Identifier in the page.
        title: States the finding of the values.
        subject: What points are, as the beginning of the caption.
        heading: What labels are.
        target: A line across.
    """
    if not values:
        return None
    points = [_point(value, label(value)) for value in values]
    drawn = [number for point in points for number in (point.value, point.low, point.high)]
    drawn.append(target.value if target else None)
    axis = axis_of(values[0].unit, [number for number in drawn if number is not None])
    whiskers = "; whiskers are 95% intervals" if any(point.low is not None for point in points) else ""
    finding = title(values)
    return figure_view(
        draw_points(points, axis=axis, target=target),
        name=name,
        title=finding,
        caption=f"{subject}{whiskers}. {axis_note(axis, values[0].unit)}".rstrip(),
        table=chart_table(values, label, heading=heading, caption=f"{finding}: the figures"),
    )


def figure_view(
    drawing: Drawing, *, name: str, title: str, caption: str, table: TableView, marked: Sequence[str] = ()
) -> FigureView:
    """Return a figure whose pictures are each one image, named by its title and described by its caption."""
    return FigureView(
        id=name,
        title=title,
        caption=caption,
        wide=_named(drawing.wide, name, "wide"),
        narrow=_named(drawing.narrow, name, "narrow"),
        table=table,
        marked=tuple(marked),
    )


def axis_of(unit: str, drawn: Sequence[float]) -> Axis:
    """Return the axis for values of a unit."""
    if unit == SCORE.name:
        return score_axis(drawn)
    if unit in units_of("change"):
        return change_axis(drawn)
    return share_axis(drawn)


def axis_note(axis: Axis, unit: str) -> str:
    """Return where the axis starts, unless at zero: later starts make differences look greater."""
    start = number_text(axis.low, SHARE.name) if unit in units_of("share") else f"{axis.low:g}"
    return f"The axis starts at {start}." if axis.low > 0 else ""


def contract_target(values: Sequence[Value]) -> Target | None:
    """Return the one target that shares are held against; none where KPIs have different ones."""
    targets = {
        Target(value.target, f"Contract target: {target_text(value)}")
        for value in values
        if value.unit == SHARE.name and value.target is not None
    }
    return targets.pop() if len(targets) == 1 else None


def greatest_first(values: Sequence[Value]) -> list[Value]:
    """Return values from the greatest to the least.

    Bands and what is not shown come last, by name: a rank among the others would say something about them.
    """
    return sorted(
        values,
        key=lambda value: (
            value.shown is None,
            value.interval is None,
            -(value.shown or 0),
            value.level_label,
            value.kpi_order,
        ),
    )


def _point(value: Value, label: str) -> Point:
    if value.shown is None and value.interval is None:
        return Point(label, value_text(value))
    low, high = value.interval or (None, None)
    return Point(label, value_text(value) + size_text(value), value.shown, low, high)


def _named(svg: str, name: str, size: str) -> Markup:
    attributes = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-caption" class="{size}"'
    return Markup(svg.replace('class="marks"', attributes, 1))  # noqa: S704  # drawn and escaped by Vega
