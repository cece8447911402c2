"""Say whether KPIs meet their contract targets, and which figures to remember."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.page import ContractView, TileView
from ccds_pipeline.reporting.released import AGREES, Claim, Release, Value
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

_KNOWN = {True: "yes", False: "no", None: "not known"}
_Tone = Literal["good", "caution", "bad", "unknown"]


def contract_views(release: Release) -> tuple[ContractView, ...]:
    """Return one view per KPI that has a target and is measured, in the order of the KPIs."""
    return tuple(
        _contract_view(value)
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


def _contract_view(value: Value) -> ContractView:
    verdict, sentence, tone = _verdict(value)
    return ContractView(
        kpi_id=value.kpi_id,
        kpi_label=value.kpi_label,
        value=wording.capitalised(wording.value_text(value)),
        population=wording.population_text(value),
        interval=wording.interval_text(value),
        target=wording.target_text(value),
        verdict=verdict,
        sentence=sentence,
        met=_KNOWN[value.met],
        assured=_KNOWN[value.assured],
        tone=tone,
    )


def _verdict(value: Value) -> tuple[str, str, _Tone]:
    """Put ``met`` (the value) and ``assured`` (its whole interval) into words."""
    target, shown = wording.target_text(value), wording.value_text(value)
    if value.met is None:
        why = f"withheld: {wording.reason_text(value)}" if value.suppressed else f"missing: {shown}"
        return "Not yet known", f"The value is {why}.", "unknown"
    if not value.met:
        return "Target not met", f"The target is {target}; the value, {shown}, does not reach it.", "bad"
    if value.assured:
        return (
            "Target met and assured",
            f"The value is {target}, and so is its whole 95% confidence interval.",
            "good",
        )
    if value.assured is None:
        return "Target met", f"The value is {target}; whether it is assured is not known.", "caution"
    return (
        "Target met, not assured",
        f"The value is {target}, but its 95% confidence interval also holds values that are not.",
        "caution",
    )


def _is_later(value: Value, release: Release) -> bool:
    """Whether a share is also estimated for those who did not answer; only those of a later wave are."""
    return any(
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
    agree_n = sum(claim.state == AGREES for claim in claims)
    return TileView(
        label="Published claims that agree",
        value=f"{agree_n} of {len(claims)}",
        details=("with the value that the same definition gives now",),
    )
