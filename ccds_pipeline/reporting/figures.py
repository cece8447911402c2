"""Choose what is charted of the whole programme: shares, scores, changes, response, each with its table.

Which values are charted follows from their estimand and unit, never from a KPI's identifier. What is
charted by group is decided in ``groups``; what titles say in ``titles``.
"""

from __future__ import annotations

from ccds_pipeline.reporting import titles
from ccds_pipeline.reporting.figure_views import contract_target, greatest_first, points_view
from ccds_pipeline.reporting.page import ChangeView, FigureView
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.tables import change_table
from ccds_pipeline.reporting.wording import capitalised, wave_text
from ccds_pipeline.schemas.readings import SHARE_ESTIMATED, reading_text, units_of

_BEFORE_AFTER = ("mean_before", "mean_after")


def shares_figure(release: Release) -> FigureView | None:
    """Return the favourable shares of the whole programme against the contract target."""
    return points_view(
        greatest_first(_headlines("share", release)),
        lambda value: value.kpi_label,
        name="shares",
        title=titles.shares_title,
        subject="Points are shares of valid answers that are favourable",
        heading="KPI",
        target=contract_target(release.headlines),
    )


def scores_figure(release: Release) -> FigureView | None:
    """Return the mean scores of the whole programme."""
    return points_view(
        _headlines("mean", release),
        lambda value: value.kpi_label,
        name="scores",
        title=titles.scores_title,
        subject="Points are mean scores",
        heading="KPI",
    )


def response_figure(release: Release) -> FigureView | None:
    """Return which share of those who could answer did, per wave."""
    return points_view(
        _headlines("rate", release),
        lambda value: ", ".join(part for part in (value.kpi_label, wave_text(value).lower()) if part),
        name="response",
        title=titles.rates_title,
        subject="Points are shares of those expected to answer who did",
        heading="KPI and wave",
    )


def change_views(release: Release) -> tuple[ChangeView, ...]:
    """Return one view per KPI that is a change between two waves."""
    changes = dict.fromkeys(value.kpi_id for value in release.overall if value.unit in units_of("change"))
    return tuple(_change_view(_of_kpi(kpi_id, release)) for kpi_id in changes)


def later_figures(release: Release) -> tuple[FigureView, ...]:
    """Return shares of answers to a later wave beside what they may be for all who were due."""
    estimated = dict.fromkeys(value.kpi_id for value in release.overall if value.unit == SHARE_ESTIMATED.name)
    figures = (_bounds_figure(_of_kpi(kpi_id, release)) for kpi_id in estimated)
    return tuple(figure for figure in figures if figure is not None)


def _headlines(estimand: str, release: Release) -> list[Value]:
    return [value for value in release.headlines if value.estimand == estimand]


def _of_kpi(kpi_id: str, release: Release) -> list[Value]:
    return [value for value in release.overall if value.kpi_id == kpi_id]


def _reading_label(value: Value) -> str:
    return capitalised(reading_text(value.estimand))


def _change_view(values: list[Value]) -> ChangeView:
    figures = (_before_after_figure(values), _readings_figure(values))
    return ChangeView(
        kpi_label=values[0].kpi_label,
        figures=tuple(figure for figure in figures if figure is not None),
        table=change_table(values),
    )


def _before_after_figure(values: list[Value]) -> FigureView | None:
    """Pairs alone, so that both means are of the same people."""
    return points_view(
        [value for name in _BEFORE_AFTER for value in values if value.estimand == name],
        _reading_label,
        name=f"before-after-{values[0].kpi_order}",
        title=titles.before_after_title,
        subject="Points are mean scores of the same people before and after",
        heading="When",
    )


def _readings_figure(values: list[Value]) -> FigureView | None:
    """Every reading of the change: which one is read moves the figure."""
    return points_view(
        [value for value in values if value.unit in units_of("change")],
        _reading_label,
        name=f"changes-{values[0].kpi_order}",
        title=titles.changes_title,
        subject="Points are readings of the same answers: the definition moves the figure",
        heading="Reading",
    )


def _bounds_figure(values: list[Value]) -> FigureView | None:
    return points_view(
        [value for value in values if value.is_headline or value.unit == SHARE_ESTIMATED.name],
        _reading_label,
        name=f"bounds-{values[0].kpi_order}",
        title=titles.bounds_title,
        subject=f"{values[0].kpi_label}. Points are the share of answers, and what it may be for all due",
        heading="Reading",
    )
