"""Lay released values out as tables.

A value without one says why in its cell; a percentage is never shown without what it is a percentage of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.page import Cell, Column, TableView
from ccds_pipeline.reporting.released import ChartPoint, LinkQuality, Release, SourceStatus, Value
from ccds_pipeline.reporting.subjects import Answer, Kpi, Response
from ccds_pipeline.reporting.wording import WITHHELD, capitalised, count_text, number_text, wave_text
from ccds_pipeline.schemas.readings import SHARE, reading_text

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


def states_table(rate: Value, states: Sequence[Value]) -> TableView:
    """Return how many attendances are in each state of a wave, answered or not."""
    of = "" if rate.eligible_n is None else f" of {count_text(rate.eligible_n)}"
    caption = f"One row per state{of} attendances; “overdue” repeats two of the other rows"
    return _counted_table(caption, states, heading="State", counted="Attendances")


def records_table(values: Sequence[Value]) -> TableView:
    """Return what became of all records that were delivered."""
    caption = "All sources together: received is loaded, duplicate, excluded and rejected"
    return _counted_table(caption, values, heading="What became of them", counted="Records")


def links_table(links: Sequence[LinkQuality]) -> TableView:
    """Return how the responses of each wave were linked to a person and a session."""
    return TableView.of(
        "One row per wave: every response is linked in one way, or not",
        links,
        Column("Wave", lambda link: Cell(wave_text(link))),
        *(_count(label, name) for label, name in _LINKS.items()),
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


def answers_table(questions: Sequence[Sequence[Answer]]) -> TableView:
    """Return how often each option of each question was given, one row per question and wave."""
    return TableView.of(
        "One row per question and survey; each count has noise of its own, so options need not add up",
        questions,
        Column("Question", lambda options: Cell(options[0].question_text, note=options[0].wave_label)),
        Column("Answers", lambda options: Cell("; ".join(_option_text(option) for option in options))),
        Column("Out of", _answers_n, numeric=True),
    )


def definitions_table(kpis: Sequence[Kpi]) -> TableView:
    """Return what each KPI means: definition, question, scale, and what counts as favourable."""
    has_confirmed = any(kpi.definition_status != kpis[0].definition_status for kpi in kpis)
    return TableView.of(
        "One row per KPI",
        kpis,
        Column(
            "KPI", lambda kpi: Cell(kpi.kpi_label, note=f"{kpi.kpi_id}, version {kpi.definition_version}")
        ),
        Column("Definition", lambda kpi: Cell(kpi.definition_text, note=_target_note(kpi))),
        Column("Question and scale", _question_cell),
        Column("Favourable", lambda kpi: _text_cell(kpi.favourable_text, "none")),
        *([Column("Status", lambda kpi: Cell(kpi.definition_status))] if has_confirmed else []),
    )


def responses_table(responses: Sequence[Response]) -> TableView:
    """Return how many answered each survey, of those of whom an answer was expected."""
    return TableView.of(
        "One row per KPI and survey: how many answered, of how many",
        responses,
        Column("KPI", lambda row: Cell(row.kpi_label, note=row.definition_text)),
        Column("Survey", lambda row: Cell(row.wave_label)),
        _count("Answered", "answered_n"),
        _count("Expected", "due_n"),
        Column("Rate", _rate_cell, numeric=True),
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


def _option_text(option: Answer) -> str:
    if option.answers_n is None or option.share is None:
        return f"{option.option_label}: {WITHHELD}"
    share = number_text(option.share, SHARE.name, n=option.of_answers_n)
    return f"{option.option_label}: {count_text(option.answers_n)} ({share})"


def _answers_n(options: Sequence[Answer]) -> Cell:
    return _plain_count(
        next((option.of_answers_n for option in options if option.of_answers_n is not None), None)
    )


def _target_note(kpi: Kpi) -> str:
    return f"target: {kpi.target_text}" if kpi.target_text else ""


def _question_cell(kpi: Kpi) -> Cell:
    if not kpi.question_text:
        return Cell("asks no question", muted=True)
    return Cell(f"“{kpi.question_text}”", note=kpi.scale_text or "free text")


def _text_cell(text: str | None, otherwise: str) -> Cell:
    return Cell(text) if text else Cell(otherwise, muted=True)


def _rate_cell(row: Response) -> Cell:
    if row.rate is None:
        return Cell(WITHHELD, muted=True)
    return Cell(number_text(row.rate, SHARE.name, n=row.due_n))


def _count(label: str, name: str) -> Column[Any]:
    """A column of counts that are withheld where they are missing."""
    return Column(label, lambda row: _plain_count(getattr(row, name)), numeric=True)


def _plain_count(count: int | None) -> Cell:
    return Cell(WITHHELD, muted=True) if count is None else Cell(count_text(count))


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


def base_cell(value: Value) -> Cell:
    """Return how many answers, pairs or people a value is of."""
    return _cell_or("" if value.denominator is None else count_text(value.denominator), value, "not known")


def interval_cell(value: Value, *, note: str = "") -> Cell:
    """Return the interval of a value, or in words why there is none."""
    return _cell_or(wording.interval_text(value), value, "no interval", note=note)


def _count_cell(count: float | None, value: Value, otherwise: str) -> Cell:
    return _cell_or("" if count is None else count_text(count), value, otherwise)


def _cell_or(text: str, value: Value, otherwise: str, *, note: str = "") -> Cell:
    """Say in words why a cell is empty; an empty one could be taken for zero."""
    return Cell(text, note=note) if text else Cell(WITHHELD if value.suppressed else otherwise, muted=True)


_VALUE = Column("Value", _value_cell, numeric=True)
_POPULATION = Column("Out of", _population_cell)
_INTERVAL = Column("95% interval", interval_cell)
_INTERVAL_WITH_METHOD: Column[Value] = Column(
    "95% interval", lambda value: interval_cell(value, note=wording.method_text(value))
)
