"""Read a release: the rows of ``reporting`` as plain objects.

Nothing restricted is read here, since the released database holds nothing restricted. Putting rows
into words belongs in ``wording`` and ``sentences``, laying them out in the modules of the sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reporting.subjects import (
    Answer,
    Change,
    Group,
    Headline,
    Kpi,
    Reach,
    Response,
    Sessions,
    Wave,
)
from ccds_pipeline.schemas.readings import WHOLE, reading_position
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.publish import refuse_unreleased

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_UNMEASURED = ("not_measurable", "not_measured")


@dataclass(frozen=True)
class Value:
    """One released value of one KPI; the fields are columns of ``reporting.kpi``."""

    kpi_id: str
    kpi_label: str
    kpi_order: int
    estimand: str
    is_headline: bool
    definition_status: str
    wave: str
    wave_label: str
    breakdown: str
    level: str
    level_label: str
    numerator: float | None
    denominator: float | None
    eligible_n: int | None
    blank_n: int | None
    not_applicable_n: int | None
    value: float | None
    unit: str
    ci_low: float | None
    ci_high: float | None
    ci_method: str | None
    target: float | None
    comparator: str | None
    met: bool | None
    assured: bool | None
    status: str
    status_reason: str | None
    suppressed: bool
    suppression_reason: str | None

    @property
    def shown(self) -> float | None:
        """The value where it may be shown: never without what it is of, nor from too few pairs."""
        return self.value if self.status == "measured" and self.denominator is not None else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of the interval where they may be shown: also of a band, which has no value."""
        if self.status != "measured" or self.denominator is None:
            return None
        return None if self.ci_low is None or self.ci_high is None else (self.ci_low, self.ci_high)

    @property
    def is_measured(self) -> bool:
        """Whether somebody measures it at all, with or without answers so far."""
        return self.status not in _UNMEASURED


@dataclass(frozen=True)
class Claim:
    """One published sentence and what is computed for it; the fields are columns of ``reporting.claim``."""

    claim_id: str
    claim_order: int
    text: str
    kpi_id: str | None
    estimand: str | None
    definition_version: str
    phase: str
    as_of: date | None
    claimed: float | None
    decimals: int
    comparator: str
    rounding_of: str | None
    unit: str | None
    value: float | None
    denominator: float | None
    ci_low: float | None
    ci_high: float | None
    state: str

    @property
    def shown(self) -> float | None:
        """The value where it may be shown: never without what it is of."""
        return self.value if self.denominator is not None else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of the interval where they may be shown."""
        if self.shown is None or self.ci_low is None or self.ci_high is None:
            return None
        return self.ci_low, self.ci_high


Figure = Value | Claim
"""A number with what it is: a value of a KPI, or what is computed for a claim."""


@dataclass(frozen=True)
class ChartPoint:
    """One part of a breakdown with its limits; the fields are columns of ``reporting.control_chart``."""

    kpi_id: str
    estimand: str
    wave: str
    breakdown: str
    level: str
    level_label: str
    n: float
    value: float
    unit: str
    centre: float | None
    low_95: float | None
    high_95: float | None
    low_limit: float | None
    high_limit: float | None
    signal: str | None


@dataclass(frozen=True)
class Programme:
    """The programme; ``note`` is shown wherever its data is shown, None for real data."""

    name: str
    note: str | None


@dataclass(frozen=True)
class SourceStatus:
    """What one source delivered; counts of records are rounded."""

    source_id: str
    source_label: str
    outstanding_n: int
    files_n: int
    refused_files_n: int
    last_delivery_on: date | None
    received_n: int
    loaded_n: int
    duplicate_n: int
    excluded_n: int
    rejected_n: int
    withdrawn_n: int


@dataclass(frozen=True)
class LinkQuality:
    """How the responses of one wave were linked; empty counts are withheld."""

    wave: str
    wave_order: int
    wave_label: str
    eligible_n: int | None
    reference_n: int | None
    email_n: int | None
    code_n: int | None
    near_code_n: int | None
    ambiguous_n: int | None
    collided_n: int | None
    unmatched_n: int | None


@dataclass(frozen=True)
class Theme:
    """How often one theme was mentioned in answer to one text question."""

    question_id: str
    question_text: str
    wave: str
    wave_order: int
    wave_label: str
    theme_label: str
    theme_order: int
    comments_n: int | None
    of_comments_n: int | None
    share: float | None


@dataclass(frozen=True)
class ReleaseInfo:
    """Which release this is, and what it rests on."""

    release_id: str
    released_at: datetime
    as_of: date
    data_version: str
    code_version: str


@dataclass(frozen=True)
class Release:
    """A whole release; rows are in the order of the dimensions, claims in that of the programme file."""

    programme: Programme
    info: ReleaseInfo
    values: tuple[Value, ...] = ()
    sources: tuple[SourceStatus, ...] = ()
    claims: tuple[Claim, ...] = ()
    chart_points: tuple[ChartPoint, ...] = ()
    links: tuple[LinkQuality, ...] = ()
    themes: tuple[Theme, ...] = ()
    waves: tuple[Wave, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    groups: tuple[Group, ...] = ()
    answers: tuple[Answer, ...] = ()
    reach: tuple[Reach, ...] = ()
    sessions: tuple[Sessions, ...] = ()
    changes: tuple[Change, ...] = ()
    responses: tuple[Response, ...] = ()
    history: tuple[Headline, ...] = ()

    @property
    def overall(self) -> tuple[Value, ...]:
        """The values that stand for the whole programme."""
        return tuple(value for value in self.values if value.breakdown == WHOLE)

    @property
    def headlines(self) -> tuple[Value, ...]:
        """The one reading of each KPI that stands for it, for the whole programme."""
        return tuple(value for value in self.overall if value.is_headline)

    @property
    def later_waves(self) -> frozenset[str]:
        """The waves that open some time after the session."""
        return frozenset(wave.wave for wave in self.waves if wave.from_day)

    def kpi_of(self, kpi_id: str) -> Kpi | None:
        """Return what a KPI means; None where the release does not say it."""
        return next((kpi for kpi in self.kpis if kpi.kpi_id == kpi_id), None)

    def answers_of(self, question_id: str | None, wave: str) -> tuple[Answer, ...]:
        """Return the options of a question in a wave, least first."""
        return tuple(
            answer for answer in self.answers if (answer.question_id, answer.wave) == (question_id, wave)
        )


_Row = TypeVar("_Row", bound="DataclassInstance")
_OfWave = TypeVar("_OfWave", LinkQuality, Theme, Answer)


def read_release(database: Path) -> Release:
    """Read every released row; the database is opened read-only and closed again.

    Raises:
        ConfigurationError: If nothing was released yet, or the file is no release.
    """
    refuse_unreleased(database)
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            programmes, releases = (
                _read(connection, "programme", Programme),
                _read(connection, "release", ReleaseInfo),
            )
            if len(programmes) != 1 or len(releases) != 1:
                raise _no_release(database, "the released database does not hold exactly one release")
            return _read_rows(connection, programmes[0], releases[0])
    except duckdb.Error:
        raise _no_release(database, "the released database cannot be read") from None


def _read_rows(connection: duckdb.DuckDBPyConnection, programme: Programme, info: ReleaseInfo) -> Release:
    waves = _sorted(_read(connection, "dim_wave", Wave), "wave_order")
    groups = _sorted(_read(connection, "dim_group", Group), "breakdown_order", "level_order")
    return Release(
        programme=programme,
        info=info,
        values=_in_order(_read(connection, "kpi", Value), waves, groups),
        sources=_sorted(_read(connection, "data_status", SourceStatus), "source_id"),
        claims=_sorted(_read(connection, "claim", Claim), "claim_order"),
        chart_points=_sorted(_read(connection, "control_chart", ChartPoint), "level"),
        links=_by_wave(_read(connection, "link_quality", LinkQuality), waves),
        themes=_by_wave(_sorted(_read(connection, "theme", Theme), "question_id", "theme_order"), waves),
        waves=waves,
        kpis=_sorted(_read(connection, "dim_kpi", Kpi), "kpi_order"),
        groups=groups,
        answers=_by_wave(_sorted(_read(connection, "answer", Answer), "question_id", "option_order"), waves),
        reach=_sorted(_read(connection, "reach", Reach), "kpi_id", "breakdown_order", "level_order"),
        sessions=_sorted(_read(connection, "session_summary", Sessions), "breakdown", "level"),
        changes=_sorted(_read(connection, "change", Change), "kpi_order"),
        responses=_sorted(_read(connection, "response", Response), "kpi_order", "wave_order"),
        history=_sorted(
            _read(connection, "release_history", Headline), "released_at", "kpi_order", "wave_order"
        ),
    )


def _read(connection: duckdb.DuckDBPyConnection, table: str, row_type: type[_Row]) -> list[_Row]:
    names = [field.name for field in fields(row_type)]
    rows = (
        connection.table(table_of(f"reporting.{table}").full_name).select(*names).to_arrow_table().to_pylist()
    )
    return [row_type(**row) for row in rows]


def _by_wave(rows: Sequence[_OfWave], waves: Sequence[Wave]) -> tuple[_OfWave, ...]:
    order = {wave.wave: wave.wave_order for wave in waves}
    return tuple(sorted(rows, key=lambda row: order[row.wave]))


def _sorted(rows: list[_Row], *columns: str) -> tuple[_Row, ...]:
    return tuple(sorted(rows, key=attrgetter(*columns)))


def _in_order(values: Sequence[Value], waves: Sequence[Wave], groups: Sequence[Group]) -> tuple[Value, ...]:
    """Order by KPI, the headline first, then by reading, wave and part, each as its dimension has them."""
    wave_orders = {wave.wave: wave.wave_order for wave in waves}
    group_orders = {(group.breakdown, group.level): group for group in groups}

    def position(value: Value) -> tuple[object, ...]:
        group = group_orders[value.breakdown, value.level]
        return (
            value.kpi_order, not value.is_headline, reading_position(value.estimand), value.estimand,
            wave_orders[value.wave], group.breakdown_order, group.level_order,
        )  # fmt: skip

    return tuple(sorted(values, key=position))


def _no_release(database: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        problem,
        place=str(database),
        rule="released_database_readable",
        remedy="Run the pipeline, which publishes the released database, and try again.",
    )
