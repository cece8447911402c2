"""Choose what is charted of the whole programme: shares, scores, changes, response, each with its table.

Which values are charted follows from their estimand and unit, never from a KPI's identifier. What is
charted by group is decided in ``groups``; what titles say in ``titles``.
"""

from __future__ import annotations

from ccds_pipeline.reporting.figure_views import contract_target, greatest_first, points_view
from ccds_pipeline.reporting.page import ChangeView, FigureView
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.tables import change_table
from ccds_pipeline.reporting.titles import (
    before_after_title,
    bounds_title,
    changes_title,
    rates_title,
    scores_title,
    shares_title,
)
from ccds_pipeline.reporting.wording import capitalised, wave_text
from ccds_pipeline.schemas.readings import SHARE_ESTIMATED, reading_text, units_of

_MEAN, _RATE = "mean", "rate"
_BEFORE_AFTER = ("mean_before", "mean_after")


def shares_figure(release: Release) -> FigureView | None:
    """Return the favourable shares of the whole programme against the contract target."""
    values = greatest_first([value for value in release.headlines if value.estimand == "share"])
    if not values:
        return None
    return points_view(
        values,
        [value.kpi_label for value in values],
        name="shares",
        title=shares_title(values),
        subject="Points are shares of valid answers that are favourable",
        heading="KPI",
        target=contract_target(release.headlines),
    )


def scores_figure(release: Release) -> FigureView | None:
    """Return the mean scores of the whole programme."""
    values = [value for value in release.headlines if value.estimand == _MEAN]
    if not values:
        return None
    return points_view(
        values,
        [value.kpi_label for value in values],
        name="scores",
        title=scores_title(values),
        subject="Points are mean scores",
        heading="KPI",
    )


def change_views(release: Release) -> tuple[ChangeView, ...]:
    """Return one view per KPI that is a change between two waves."""
    changes = dict.fromkeys(value.kpi_id for value in release.overall if value.unit in units_of("change"))
    return tuple(
        _change_view([value for value in release.overall if value.kpi_id == kpi_id]) for kpi_id in changes
    )


def later_figures(release: Release) -> tuple[FigureView, ...]:
    """Return shares of answers to a later wave beside what they may be for all who were due."""
    estimated = dict.fromkeys(value.kpi_id for value in release.overall if value.unit == SHARE_ESTIMATED.name)
    return tuple(_bounds_figure(kpi_id, release) for kpi_id in estimated)


def response_figure(release: Release) -> FigureView | None:
    """Return which share of those who could answer did, per wave."""
    values = [value for value in release.headlines if value.estimand == _RATE]
    if not values:
        return None
    return points_view(
        values,
        [_with_wave(value) for value in values],
        name="response",
        title=rates_title(values),
        subject="Points are shares of those expected to answer who did",
        heading="KPI and wave",
    )


def _change_view(values: list[Value]) -> ChangeView:
    figures = (_before_after_figure(values), _readings_figure(values))
    return ChangeView(
        kpi_label=values[0].kpi_label,
        figures=tuple(figure for figure in figures if figure is not None),
        table=change_table(values),
    )


def _before_after_figure(values: list[Value]) -> FigureView | None:
    """Pairs alone, so that both means are of the same people."""
    means = [value for name in _BEFORE_AFTER for value in values if value.estimand == name]
    if not means:
        return None
    return points_view(
        means,
        [capitalised(reading_text(value.estimand)) for value in means],
        name=f"before-after-{values[0].kpi_order}",
        title=before_after_title(means),
        subject="Points are mean scores of the same people before and after",
        heading="When",
    )


def _readings_figure(values: list[Value]) -> FigureView:
    """Every reading of the change: which one is read moves the figure."""
    readings = [value for value in values if value.unit in units_of("change")]
    return points_view(
        readings,
        [capitalised(reading_text(value.estimand)) for value in readings],
        name=f"changes-{values[0].kpi_order}",
        title=changes_title(readings),
        subject="Points are readings of the same answers: the definition moves the figure",
        heading="Reading",
    )


def _bounds_figure(kpi_id: str, release: Release) -> FigureView:
    shares = [
        value
        for value in release.overall
        if value.kpi_id == kpi_id and (value.is_headline or value.unit == SHARE_ESTIMATED.name)
    ]
    return points_view(
        shares,
        [capitalised(reading_text(value.estimand)) for value in shares],
        name=f"bounds-{shares[0].kpi_order}",
        title=bounds_title(shares),
        subject=f"{shares[0].kpi_label}. Points are the share of answers, and what it may be for all due",
        heading="Reading",
    )


def _with_wave(value: Value) -> str:
    return ", ".join(part for part in (value.kpi_label, wave_text(value.wave).lower()) if part)
