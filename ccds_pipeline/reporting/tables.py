"""Lay released values out as tables.

A value without one says why in its cell; a percentage is never shown without what it is a percentage of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.page import Cell, Column, TableView
from ccds_pipeline.reporting.released import ChartPoint, LinkQuality, Release, SourceStatus, Theme, Value
from ccds_pipeline.reporting.wording import WITHHELD, capitalised, count_text, number_text, wave_text
from ccds_pipeline.schemas.readings import SHARE, SHARE_OF_RANGE, reading_text, units_of

_NOT_ASKED = "not asked"
_SOURCES = {
    "Files": "files_n",
    "Refused files": "refused_files_n",
    "Received": "received_n",
    "Loaded": "loaded_n",
    "Duplicate": "duplicate_n",
    "Excluded": "excluded_n",
    "Rejected": "rejected_n",
    "Withdrawn": "withdrawn_n",
}
_LINKS = {
    "Responses": "eligible_n",
    "By reference": "reference_n",
    "By e-mail": "email_n",
    "By code": "code_n",
    "By near code": "near_code_n",
    "Ambiguous": "ambiguous_n",
    "Collided": "collided_n",
    "Unmatched": "unmatched_n",
}


def headline_table(release: Release) -> TableView:
    """Return the headline of each KPI, a change as a share of its scale's range beside it."""
    return TableView.of(
        "One row per KPI: its value, what it is of, how certain it is, and its definition's status",
        [value for value in release.overall if value.is_headline or value.unit == SHARE_OF_RANGE.name],
        Column("KPI", lambda value: _kpi_cell(value, _named_reading(value), _target_note(value))),
        _VALUE,
        _POPULATION,
        _INTERVAL,
        Column("Definition", lambda value: Cell(value.definition_status)),
    )


def change_table(values: Sequence[Value]) -> TableView:
    """Return every reading of one change, and all that has to be known beside it."""
    return TableView.of(
        "Every reading of the change, how large and how certain it is",
        values,
        Column(
            "Reading",
            lambda value: Cell(
                capitalised(reading_text(value.estimand)),
                note=value.estimand + (", the headline" if value.is_headline else ""),
            ),
        ),
        _VALUE,
        _POPULATION,
        _INTERVAL_WITH_METHOD,
    )


def states_table(rate: Value, states: Sequence[Value]) -> TableView:
    """Return how many attendances are in each state of a wave, answered or not."""
    of = "" if rate.eligible_n is None else f" of {count_text(rate.eligible_n)}"
    caption = f"One row per state{of} attendances; overdue counts two of the other states again"
    return _counted_table(caption, states, heading="State", counted="Attendances")


def records_table(values: Sequence[Value]) -> TableView:
    """Return what became of all records that were delivered."""
    caption = "All sources together: received is loaded, duplicate, excluded and rejected"
    return _counted_table(caption, values, heading="What became of them", counted="Records")


def unmeasured_table(values: Sequence[Value]) -> TableView:
    """Return the KPIs that cannot be measured or that nobody measures, and why."""
    return TableView.of(
        "One row per KPI without a measurement; no other KPI stands in for it",
        values,
        Column("KPI", _kpi_cell),
        Column("Status", lambda value: Cell(wording.value_text(value))),
        Column("Why", _population_cell),
    )


def links_table(links: Sequence[LinkQuality]) -> TableView:
    """Return how the responses of each wave were linked to a person and a session."""
    return TableView.of(
        "One row per wave: every response is linked in one way, or not",
        links,
        Column("Wave", lambda link: Cell(wave_text(link))),
        *(_count(label, name) for label, name in _LINKS.items()),
    )


def themes_table(themes: Sequence[Theme]) -> TableView:
    """Return how many comments on one question have each theme."""
    return TableView.of(
        "One row per theme; a comment may have several, and comments themselves are not published",
        themes,
        Column("Theme", lambda theme: Cell(theme.theme_label)),
        _count("Comments", "comments_n"),
        Column("Share", _theme_share, numeric=True),
    )


def sources_table(sources: Sequence[SourceStatus]) -> TableView:
    """Return what each source delivered, and where its records went."""
    return TableView.of(
        "One row per source: records received are loaded, duplicate, excluded or rejected; "
        "some were withdrawn later",
        sources,
        Column("Source", lambda source: Cell(source.source_label)),
        Column("Newest delivery", _newest_delivery),
        *(_count(label, name) for label, name in _SOURCES.items()),
    )


def readings_table(release: Release) -> TableView:
    """Return every released reading of every KPI for the whole programme, with who did not answer."""
    return TableView.of(
        "Every reading of every KPI for the whole programme",
        release.overall,
        Column("KPI", _kpi_cell),
        Column("Reading", lambda value: Cell(reading_text(value.estimand))),
        _VALUE,
        _POPULATION,
        _INTERVAL_WITH_METHOD,
        Column("Left blank", lambda value: _count_cell(value.blank_n, value, _NOT_ASKED), numeric=True),
        Column(
            "Not applicable",
            lambda value: _count_cell(value.not_applicable_n, value, _NOT_ASKED),
            numeric=True,
        ),
    )


def chart_table(
    values: Sequence[Value], label: Callable[[Value], str], *, heading: str, caption: str
) -> TableView:
    """Return the figures of a chart, one row per point and in the same order."""
    return TableView.of(
        caption,
        values,
        Column(heading, lambda value: Cell(label(value))),
        _VALUE,
        _HITS,
        _POPULATION,
        _INTERVAL,
    )


def limits_table(
    parts: Sequence[Value], points: Sequence[ChartPoint], *, heading: str, caption: str
) -> TableView:
    """Return the figures of a funnel or a series: every part, and the limits of those that are drawn."""
    point_of = {point.level: point for point in points}

    def limits(name: str, low: str, high: str) -> Column[Value]:
        return Column(
            f"{name} limits", lambda value: _limits_cell(value, point_of.get(value.level), low, high)
        )

    has_inner = any(point.low_95 is not None for point in points)
    return TableView.of(
        caption,
        parts,
        Column(heading, lambda value: Cell(value.level_label)),
        _VALUE,
        _POPULATION,
        *([limits("95%", "low_95", "high_95")] if has_inner else []),
        limits("99.8%" if has_inner else "Usual", "low_limit", "high_limit"),
        Column("Finding", lambda value: _finding_cell(value, point_of.get(value.level))),
    )


def _counted_table(caption: str, values: Sequence[Value], *, heading: str, counted: str) -> TableView:
    return TableView.of(
        caption,
        values,
        Column(heading, lambda value: Cell(capitalised(reading_text(value.estimand)))),
        Column(counted, _value_cell, numeric=True),
    )


def _count(label: str, name: str) -> Column[Any]:
    """A column of counts that are withheld where they are missing."""
    return Column(label, lambda row: _plain_count(getattr(row, name)), numeric=True)


def _plain_count(count: int | None) -> Cell:
    return Cell(WITHHELD, muted=True) if count is None else Cell(count_text(count))


def _theme_share(theme: Theme) -> Cell:
    if theme.share is None or theme.of_comments_n is None:
        return Cell(WITHHELD, muted=True)
    return Cell(number_text(theme.share, SHARE.name), note=f"of {count_text(theme.of_comments_n)} comments")


def _newest_delivery(source: SourceStatus) -> Cell:
    newest = source.last_delivery_on
    return Cell(wording.date_text(newest)) if newest else Cell("none yet", muted=True)


def _limits_cell(value: Value, point: ChartPoint | None, low: str, high: str) -> Cell:
    if point is None:
        return _cell_or("", value, "not drawn")
    ends = (getattr(point, low), getattr(point, high))
    text = "" if None in ends else " to ".join(number_text(end, point.unit) for end in ends)
    return _cell_or(text, value, "no limits")


def _finding_cell(value: Value, point: ChartPoint | None) -> Cell:
    if point is None:
        return _cell_or("", value, "not drawn")
    return Cell(wording.signal_text(point) if point.signal else "within the limits")


def _kpi_cell(value: Value, *details: str) -> Cell:
    parts = (value.kpi_id, wave_text(value).lower(), *details)
    return Cell(value.kpi_label, note=", ".join(part for part in parts if part))


def _target_note(value: Value) -> str:
    target = wording.target_text(value)
    return f"target {target}" if target else ""


def _named_reading(value: Value) -> str:
    """A share and a count are what their KPI says; anything else has several readings."""
    is_plain = value.unit in (SHARE.name, *units_of("count")) or not value.is_measured
    return "" if is_plain else reading_text(value.estimand)


def _value_cell(value: Value) -> Cell:
    if value.shown is not None or value.interval is not None:
        return Cell(wording.value_text(value))
    note = wording.reason_text(value) if value.suppressed else ""
    return Cell(wording.value_text(value), note=note, muted=True)


def _population_cell(value: Value) -> Cell:
    """What the value is of; of a KPI that is not measured, why it is not."""
    if not value.is_measured:
        return Cell(wording.reason_text(value) or "no reason given", muted=True)
    return _cell_or(wording.population_text(value), value, "not known")


def _interval_cell(value: Value, *, note: str = "") -> Cell:
    return _cell_or(wording.interval_text(value), value, "no interval", note=note)


def _count_cell(count: float | None, value: Value, otherwise: str) -> Cell:
    return _cell_or("" if count is None else count_text(count), value, otherwise)


def _cell_or(text: str, value: Value, otherwise: str, *, note: str = "") -> Cell:
    """Say in words why a cell is empty; an empty one could be taken for zero."""
    return Cell(text, note=note) if text else Cell(WITHHELD if value.suppressed else otherwise, muted=True)


_VALUE = Column("Value", _value_cell, numeric=True)
_POPULATION = Column("What it is of", _population_cell)
_INTERVAL = Column("95% interval", _interval_cell)
_INTERVAL_WITH_METHOD: Column[Value] = Column(
    "95% interval", lambda value: _interval_cell(value, note=wording.method_text(value))
)
_HITS: Column[Value] = Column(
    "Counted",
    lambda value: _count_cell(value.numerator if value.unit == SHARE.name else None, value, "no count"),
    numeric=True,
)
