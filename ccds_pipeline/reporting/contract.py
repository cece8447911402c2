"""Say how KPIs stand against their contract targets, and which figures to remember."""

from __future__ import annotations

from typing import Literal

from ccds_pipeline.reporting.page import ContractView, TileView
from ccds_pipeline.reporting.readings import reading_text
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.wording import (
    CHANGE_UNITS,
    PEOPLE_UNITS,
    SHARE_OF_RANGE,
    capitalised,
    interval_text,
    population_text,
    reason_text,
    target_text,
    value_text,
)

_KNOWN = {True: "yes", False: "no", None: "not known"}
_Tone = Literal["good", "caution", "bad", "unknown"]


def contract_views(release: Release) -> tuple[ContractView, ...]:
    """Return one view per KPI that has a target and is measured, in the order of the KPIs."""
    return tuple(
        _contract_view(value) for value in release.headlines if target_text(value) and value.is_measured
    )


def tile_views(release: Release) -> tuple[TileView, ...]:
    """Return the headline counts and changes that have a value."""
    return tuple(
        TileView(label=value.kpi_label, value=value_text(value), details=_tile_details(value, release))
        for value in release.headlines
        if value.shown is not None and value.unit in (*PEOPLE_UNITS, *CHANGE_UNITS)
    )


def _contract_view(value: Value) -> ContractView:
    verdict, sentence, tone = _verdict(value)
    return ContractView(
        kpi_id=value.kpi_id,
        kpi_label=value.kpi_label,
        value=capitalised(value_text(value)),
        population=population_text(value),
        interval=interval_text(value),
        target=target_text(value),
        verdict=verdict,
        sentence=sentence,
        met=_KNOWN[value.met],
        assured=_KNOWN[value.assured],
        tone=tone,
    )


def _verdict(value: Value) -> tuple[str, str, _Tone]:
    """Put ``met`` (the value) and ``assured`` (its whole interval) into words."""
    target, shown = target_text(value), value_text(value)
    if value.met is None:
        why = f"withheld: {reason_text(value)}" if value.suppressed else f"missing: {shown}"
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


def _tile_details(value: Value, release: Release) -> tuple[str, ...]:
    if value.unit in PEOPLE_UNITS:
        return (population_text(value),)
    return tuple(
        detail
        for detail in (
            f"{reading_text(value.estimand)}, {population_text(value)}",
            _interval_detail(value),
            *(
                f"{reading_text(other.estimand)}: {value_text(other)}"
                for other in release.overall
                if (other.kpi_id, other.unit) == (value.kpi_id, SHARE_OF_RANGE) and other.shown is not None
            ),
        )
        if detail
    )


def _interval_detail(value: Value) -> str:
    interval = interval_text(value)
    return f"95% interval {interval}" if interval else ""
