"""Say whether KPIs meet their contract targets, and which figures to remember."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.page import ContractView, TileView
from ccds_pipeline.reporting.released import Claim, Release, Value
from ccds_pipeline.reporting.sections import coverage_rates
from ccds_pipeline.schemas.readings import (
    PEOPLE_UNITS,
    SHARE,
    SHARE_ESTIMATED,
    SHARE_OF_RANGE,
    UNIDENTIFIED,
    reading_text,
    units_of,
)
from ccds_pipeline.schemas.verdicts import BORNE_OUT, CONTRADICTED, WITHOUT_FIGURE

_KNOWN = {True: "yes", False: "no", None: "not known"}
_Tone = Literal["good", "caution", "bad", "unknown"]


def contract_views(release: Release) -> tuple[ContractView, ...]:
    """Return one view per KPI that has a target and is measured, in the order of the KPIs."""
    return tuple(
        _contract_view(value, release)
        for value in release.headlines
        if wording.target_text(value) and value.is_measured
    )


def tile_views(release: Release) -> tuple[TileView, ...]:
    """Return the figures to remember that have a value: counts of people, changes, later shares, claims."""
    tiles = tuple(
        TileView(
            label=value.kpi_label, value=wording.value_text(value), details=_tile_details(value, release)
        )
        for value in release.headlines
        if value.shown is not None
        and (value.unit in (*PEOPLE_UNITS, *units_of("change")) or _is_later(value, release))
    )
    return (*tiles, _claims_tile(release.claims)) if release.claims else tiles


def _contract_view(value: Value, release: Release) -> ContractView:
    verdict, tone = _verdict(value)
    return ContractView(
        kpi_id=value.kpi_id,
        kpi_label=value.kpi_label,
        value=wording.capitalised(wording.value_text(value)),
        population=wording.population_text(value),
        interval=wording.interval_text(value),
        target=wording.target_text(value),
        verdict=verdict,
        sentence=_sentence(value, _worst_case(value, release)),
        met=_KNOWN[value.met],
        assured=_KNOWN[value.assured],
        tone=tone,
    )


def _verdict(value: Value) -> tuple[str, _Tone]:
    """Put ``met`` (the value) and ``assured`` (its whole interval) into words."""
    if value.met is None:
        return "Not yet known", "unknown"
    if not value.met:
        return "Target not met", "bad"
    if value.assured:
        return "Target met and assured", "good"
    return "Target met" if value.assured is None else "Target met, not assured", "caution"


def _sentence(value: Value, worst_case: float | None) -> str:
    """Say value, interval and worst case in one sentence."""
    target, shown = wording.target_text(value), wording.value_text(value)
    if value.met is None:
        why = f"withheld: {wording.reason_text(value)}" if value.suppressed else f"missing: {shown}"
        return f"The value is {why}."
    interval = f" (95% interval {wording.interval_text(value)})" if wording.interval_text(value) else ""
    found = f"{wording.capitalised(shown)} {wording.population_text(value)}".rstrip() + interval
    if not value.met:
        return f"{found}: the target, {target}, is not met."
    return f"{found}: {_met_text(value, target)}{_worst_case_text(value, worst_case)}."


def _met_text(value: Value, target: str) -> str:
    if value.assured is None:
        return f"{target}, as agreed; whether that is assured is not known"
    if value.assured:
        return f"{target}, as agreed, and so is the whole interval"
    return f"{target}, as agreed, but the interval also holds values that are not"


def _worst_case_text(value: Value, worst_case: float | None) -> str:
    if worst_case is None or value.target is None:
        return ""
    holds = worst_case > value.target or (value.comparator == ">=" and worst_case == value.target)
    return (
        f"; {'met even' if holds else 'it would not be met'} if every participant who gave no feedback had"
        f" been dissatisfied ({wording.number_text(worst_case, value.unit)})"
    )


def _worst_case(value: Value, release: Release) -> float | None:
    """Return the share if nobody who should have answered and did not were favourable, in whole per cents.

    It is rounded down. All who should have answered are those whom the response rate is of, or the
    attendances where that is more, since a response belongs to one.
    """
    if value.unit != SHARE.name or value.comparator not in (">", ">=") or value.shown is None:
        return None
    bounds = (other for other in release.overall if other.kpi_id == value.kpi_id)
    worst = next((other.shown for other in bounds if other.estimand == "share_worst_case"), None)
    if worst is not None:
        return worst
    expected = [
        *(rate.denominator for rate in release.overall if _is_rate_of(rate, value)),
        *(other.shown for other in release.overall if other.estimand == "attendances"),
    ]
    asked = max((number for number in expected if number is not None), default=None)
    if asked is None or value.denominator is None or value.numerator is None:
        return None
    return math.floor(100 * value.numerator / max(asked, value.denominator)) / 100


def _is_rate_of(rate: Value, value: Value) -> bool:
    return rate.estimand == "rate" and rate.wave == value.wave


def _is_later(value: Value, release: Release) -> bool:
    """Whether a share is also estimated for those who did not answer; the contract's own stands above."""
    return value.target is None and any(
        (other.kpi_id, other.unit) == (value.kpi_id, SHARE_ESTIMATED.name) for other in release.overall
    )


def _tile_details(value: Value, release: Release) -> tuple[str, ...]:
    if value.unit in PEOPLE_UNITS:
        return (wording.population_text(value), *_not_identified(value, release))
    interval = wording.interval_text(value)
    return (
        f"{reading_text(value.estimand)}, {wording.population_text(value)}",
        *([f"95% interval {interval}"] if interval else []),
        *_beside(value, release),
    )


def _not_identified(value: Value, release: Release) -> list[str]:
    """Each attendance of somebody not identified may be of one participant more."""
    return [
        f"not counted: {wording.value_text(other)} {reading_text(UNIDENTIFIED)}"
        for other in release.overall
        if (other.kpi_id, other.estimand) == (value.kpi_id, UNIDENTIFIED) and other.shown is not None
    ]


def _beside(value: Value, release: Release) -> list[str]:
    """A change is never shown without its share of the scale's range, a later share without its coverage."""
    shares_of_range = [
        f"{reading_text(other.estimand)}: {wording.value_text(other)}"
        for other in release.overall
        if (other.kpi_id, other.unit) == (value.kpi_id, SHARE_OF_RANGE.name) and other.shown is not None
    ]
    coverages = [
        f"{rate.kpi_label}: {wording.value_text(rate)} {wording.population_text(rate)}"
        for rate in coverage_rates(release)
        if rate.wave == value.wave and value.unit == SHARE.name
    ]
    return [*shares_of_range, *coverages]


def _claims_tile(claims: Sequence[Claim]) -> TileView:
    figures = [claim for claim in claims if claim.state not in WITHOUT_FIGURE]
    contradicted_n = sum(claim.state in CONTRADICTED for claim in figures)
    borne_out_n = sum(claim.state in BORNE_OUT for claim in figures)
    return TileView(
        label="Published figures contradicted",
        value=f"{contradicted_n} of {len(figures)}",
        details=(f"{borne_out_n} reproduced, supported or met by the same definition now",),
    )
