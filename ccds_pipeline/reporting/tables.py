"""Lay released values out as tables.

A value without one says why in its cell; a percentage never stands without what it is a percentage of.
"""

from __future__ import annotations

from collections.abc import Sequence

from ccds_pipeline.reporting.page import Cell, Column, TableView
from ccds_pipeline.reporting.released import ChartPoint, LinkQuality, Release, SourceStatus, Theme, Value
from ccds_pipeline.reporting.wording import (
    WITHHELD,
    capitalised,
    count_text,
    date_text,
    interval_text,
    method_text,
    name_text,
    number_text,
    part_text,
    population_text,
    reason_text,
    signal_text,
    target_text,
    value_text,
    wave_text,
)
from ccds_pipeline.schemas.readings import SHARE, SHARE_OF_RANGE, reading_text, units_of

_SOURCE_COUNTS = ("Files", "Refused files", "Received", "Loaded", "Duplicate", "Excluded", "Rejected")
_NOT_ASKED = "not asked"
_LINKS = {
    "eligible_n": "Responses",
    "reference_n": "By reference",
    "email_n": "By e-mail",
    "code_n": "By code",
    "near_code_n": "By near code",
    "ambiguous_n": "Ambiguous",
    "collided_n": "Collided",
    "unmatched_n": "Unmatched",
}


def headline_table(release: Release) -> TableView:
    """Return the headline of each KPI, a change as a share of its scale's range beside it."""
    values = [value for value in release.overall if value.is_headline or value.unit == SHARE_OF_RANGE.name]
    return TableView(
        caption="One row per KPI: its value, what it is of, how certain it is, and its definition's status",
        columns=(
            Column("KPI"),
            Column("Value", numeric=True),
            Column("What it is of"),
            Column("95% interval"),
            Column("Definition"),
        ),
        rows=tuple(
            (
                Cell(value.kpi_label, note=_identity(value, _named_reading(value), _target_note(value))),
                _value_cell(value),
                _population_cell(value),
                _interval_cell(value),
                Cell(value.definition_status),
            )
            for value in values
        ),
    )


def change_table(values: Sequence[Value]) -> TableView:
    """Return every reading of one change, and all that has to be known beside it."""
    return TableView(
        caption="Every reading of the change, how large and how certain it is",
        columns=(
            Column("Reading"),
            Column("Value", numeric=True),
            Column("What it is of"),
            Column("95% interval"),
        ),
        rows=tuple(
            (
                Cell(
                    capitalised(reading_text(value.estimand)),
                    note=value.estimand + (", the headline" if value.is_headline else ""),
                ),
                _value_cell(value),
                _population_cell(value),
                _interval_cell(value, note=method_text(value)),
            )
            for value in values
        ),
    )


def states_table(rate: Value, states: Sequence[Value]) -> TableView:
    """Return how many attendances are in each state of a wave, answered or not."""
    of = "" if rate.eligible_n is None else f" of {count_text(rate.eligible_n)}"
    return TableView(
        caption=f"One row per state{of} attendances; overdue counts two of the other states again",
        columns=(Column("State"), Column("Attendances", numeric=True)),
        rows=tuple((Cell(capitalised(reading_text(value.estimand))), _value_cell(value)) for value in states),
    )


def unmeasured_table(values: Sequence[Value]) -> TableView:
    """Return the KPIs that cannot be measured or that nobody measures, and why."""
    return TableView(
        caption="One row per KPI without a measurement; no other KPI stands in for it",
        columns=(Column("KPI"), Column("Status"), Column("Why")),
        rows=tuple(
            (Cell(value.kpi_label, note=_identity(value)), Cell(value_text(value)), _population_cell(value))
            for value in values
        ),
    )


def records_table(values: Sequence[Value]) -> TableView:
    """Return what became of all records that were delivered."""
    return TableView(
        caption="All sources together: received is loaded, duplicate, excluded and rejected",
        columns=(Column("What became of them"), Column("Records", numeric=True)),
        rows=tuple((Cell(capitalised(reading_text(value.estimand))), _value_cell(value)) for value in values),
    )


def links_table(links: Sequence[LinkQuality]) -> TableView:
    """Return how the responses of each wave were linked to a person and a session."""
    return TableView(
        caption="One row per wave: every response is linked in one way, or not",
        columns=(Column("Wave"), *(Column(label, numeric=True) for label in _LINKS.values())),
        rows=tuple(
            (Cell(wave_text(link.wave)), *(_plain_count(getattr(link, name)) for name in _LINKS))
            for link in links
        ),
    )


def themes_table(themes: Sequence[Theme]) -> TableView:
    """Return how many comments on one question have each theme."""
    return TableView(
        caption="One row per theme; a comment may have several, and comments themselves are not published",
        columns=(Column("Theme"), Column("Comments", numeric=True), Column("Share", numeric=True)),
        rows=tuple(
            (Cell(theme.theme_label), _plain_count(theme.comments_n), _theme_share(theme)) for theme in themes
        ),
    )


def _theme_share(theme: Theme) -> Cell:
    if theme.share is None or theme.of_comments_n is None:
        return Cell(WITHHELD, muted=True)
    return Cell(number_text(theme.share, SHARE.name), note=f"of {count_text(theme.of_comments_n)} comments")


def _plain_count(count: int | None) -> Cell:
    return Cell(WITHHELD, muted=True) if count is None else Cell(count_text(count))


def readings_table(release: Release) -> TableView:
    """Return every released reading of every KPI for the whole programme, with who did not answer."""
    return TableView(
        caption="Every reading of every KPI for the whole programme",
        columns=(
            Column("KPI"),
            Column("Reading"),
            Column("Value", numeric=True),
            Column("What it is of"),
            Column("95% interval"),
            Column("Left blank", numeric=True),
            Column("Not applicable", numeric=True),
        ),
        rows=tuple(
            (
                Cell(value.kpi_label, note=_identity(value)),
                Cell(reading_text(value.estimand)),
                _value_cell(value),
                _population_cell(value),
                _interval_cell(value, note=method_text(value)),
                _count_cell(value.blank_n, value, _NOT_ASKED),
                _count_cell(value.not_applicable_n, value, _NOT_ASKED),
            )
            for value in release.overall
        ),
    )


def chart_table(values: Sequence[Value], labels: Sequence[str], *, heading: str, caption: str) -> TableView:
    """Return the figures behind a chart, one row per point and in the same order."""
    return TableView(
        caption=caption,
        columns=(
            Column(heading),
            Column("Value", numeric=True),
            Column("Counted", numeric=True),
            Column("What it is of"),
            Column("95% interval"),
        ),
        rows=tuple(
            (
                Cell(label),
                _value_cell(value),
                _count_cell(value.numerator if value.unit == SHARE.name else None, value, "no count"),
                _population_cell(value),
                _interval_cell(value),
            )
            for label, value in zip(labels, values, strict=True)
        ),
    )


def limits_table(
    parts: Sequence[Value], points: Sequence[ChartPoint], *, heading: str, caption: str
) -> TableView:
    """Return the figures behind a funnel or a series: every part, and the limits of those that are drawn."""
    point_of = {point.level: point for point in points}
    return TableView(
        caption=caption,
        columns=(
            Column(heading),
            Column("Value", numeric=True),
            Column("What it is of"),
            *(Column(f"{name} limits") for name in _limit_names(points)),
            Column("Finding"),
        ),
        rows=tuple(
            (
                Cell(part_text(value.level_label)),
                _value_cell(value),
                _population_cell(value),
                *_limit_cells(point_of.get(value.level), value, _limit_names(points)),
            )
            for value in parts
        ),
    )


def sources_table(sources: Sequence[SourceStatus]) -> TableView:
    """Return what each source delivered, and where its records went."""
    return TableView(
        caption="One row per source: records received are loaded, duplicate, excluded or rejected",
        columns=(
            Column("Source"),
            Column("Newest delivery"),
            *(Column(label, numeric=True) for label in _SOURCE_COUNTS),
        ),
        rows=tuple(_source_row(source) for source in sources),
    )


def _source_row(source: SourceStatus) -> tuple[Cell, ...]:
    counts = (
        source.files_n,
        source.refused_files_n,
        source.received_n,
        source.loaded_n,
        source.duplicate_n,
        source.excluded_n,
        source.rejected_n,
    )
    newest = (
        Cell(date_text(source.last_delivery_on)) if source.last_delivery_on else Cell("none yet", muted=True)
    )
    return (Cell(name_text(source.source_id)), newest, *(Cell(count_text(count)) for count in counts))


def _limit_names(points: Sequence[ChartPoint]) -> tuple[str, ...]:
    return ("95%", "99.8%") if any(point.low_95 is not None for point in points) else ("Usual",)


def _limit_cells(point: ChartPoint | None, value: Value, names: Sequence[str]) -> tuple[Cell, ...]:
    if point is None:
        return (_cell_or("", value, "not drawn"),) * (len(names) + 1)
    outer = (point.low_limit, point.high_limit)
    limits = ((point.low_95, point.high_95), outer) if len(names) > 1 else (outer,)
    finding = signal_text(point) if point.signal else "within the limits"
    has_limits = point.centre is not None
    return (
        *(_cell_or(_range_text(low, high, point.unit), value, "no limits") for low, high in limits),
        Cell(finding) if has_limits else Cell("no limits", muted=True),
    )


def _range_text(low: float | None, high: float | None, unit: str) -> str:
    return "" if low is None or high is None else f"{number_text(low, unit)} to {number_text(high, unit)}"


def _target_note(value: Value) -> str:
    target = target_text(value)
    return f"target {target}" if target else ""


def _identity(value: Value, *details: str) -> str:
    parts = (value.kpi_id, wave_text(value.wave).lower(), *details)
    return ", ".join(part for part in parts if part)


def _named_reading(value: Value) -> str:
    """A share and a count are what their KPI says; anything else has several readings."""
    is_plain = value.unit in (SHARE.name, *units_of("count")) or not value.is_measured
    return "" if is_plain else reading_text(value.estimand)


def _value_cell(value: Value) -> Cell:
    if value.shown is not None:
        return Cell(value_text(value))
    return Cell(value_text(value), note=reason_text(value) if value.suppressed else "", muted=True)


def _population_cell(value: Value) -> Cell:
    """What the value is of; of a KPI that is not measured, why it is not."""
    if not value.is_measured:
        return Cell(reason_text(value) or "no reason given", muted=True)
    return _cell_or(population_text(value), value, "not known")


def _interval_cell(value: Value, *, note: str = "") -> Cell:
    return _cell_or(interval_text(value), value, "no interval", note=note)


def _count_cell(count: float | None, value: Value, otherwise: str) -> Cell:
    return _cell_or("" if count is None else count_text(count), value, otherwise)


def _cell_or(text: str, value: Value, otherwise: str, *, note: str = "") -> Cell:
    """Say in words why a cell is empty; an empty one could be taken for zero."""
    return Cell(text, note=note) if text else Cell(WITHHELD if value.suppressed else otherwise, muted=True)
