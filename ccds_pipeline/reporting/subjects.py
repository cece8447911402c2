"""Rows of the dimensions and subject tables of a release, as plain objects.

Each field is the column of that name; what a table holds is written in the register. Values of KPIs, claims
and what they rest on are in ``released``, which reads them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Wave:
    """One round of measurement; a later one has a window, and ``from_day`` is when it opens."""

    wave: str
    wave_order: int
    wave_label: str
    from_day: int | None


@dataclass(frozen=True)
class Kpi:
    """What one KPI means; the fields are columns of ``reporting.dim_kpi``."""

    kpi_id: str
    kpi_order: int
    kpi_label: str
    definition_text: str
    question_id: str | None
    question_text: str | None
    scale_text: str | None
    scale_minimum: float | None
    scale_maximum: float | None
    favourable_text: str | None
    target_text: str | None
    definition_version: str
    definition_status: str


@dataclass(frozen=True)
class Group:
    """One part of one breakdown, with the breakdown that its own is a part of."""

    breakdown: str
    breakdown_order: int
    level: str
    level_order: int
    parent_breakdown: str | None


@dataclass(frozen=True)
class Answer:
    """How often one option of one closed question was given in one wave; empty counts are withheld."""

    wave: str
    wave_label: str
    question_id: str
    question_text: str
    option_label: str
    option_order: int
    answers_n: int | None
    of_answers_n: int | None
    share: float | None


@dataclass(frozen=True)
class Reach:
    """The people in one part of one breakdown; empty counts are withheld."""

    kpi_id: str
    kpi_label: str
    breakdown: str
    breakdown_order: int
    breakdown_label: str
    level: str
    level_order: int
    level_label: str
    is_unknown: bool
    people_n: int | None
    of_people_n: int | None
    share: float | None


@dataclass(frozen=True)
class Sessions:
    """The sessions that were held in one part of a breakdown; their number is rounded."""

    breakdown: str
    level: str
    sessions_n: int
    first_session_on: date
    last_session_on: date
    delivery_modes: str


@dataclass(frozen=True)
class Change:
    """Before and after of one KPI of change; empty numbers are withheld."""

    kpi_id: str
    kpi_order: int
    kpi_label: str
    breakdown: str
    before_label: str
    after_label: str
    mean_before: float | None
    mean_after: float | None
    mean_change: float | None
    mean_change_low: float | None
    mean_change_high: float | None
    pairs_n: int | None
    scale_minimum: float | None
    scale_maximum: float | None


@dataclass(frozen=True)
class Response:
    """How many answered one wave of those who were due, as one KPI counts them."""

    kpi_id: str
    kpi_order: int
    kpi_label: str
    definition_text: str
    wave: str
    wave_order: int
    wave_label: str
    due_n: int | None
    answered_n: int | None
    rate: float | None


@dataclass(frozen=True)
class Headline:
    """The headline of one KPI in one wave, as one release showed it."""

    release_id: str
    released_at: datetime
    as_of: date
    kpi_id: str
    kpi_order: int
    kpi_label: str
    wave: str
    wave_order: int
    wave_label: str
    definition_version: str
    value_text: str
    interval_text: str | None
    base_n: int | None
    base_label: str | None
