"""Say whether KPIs meet their contract targets, and what would be if all others had been dissatisfied."""

from __future__ import annotations

import math
from typing import Literal

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.page import ContractView
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.sentences import contract_values
from ccds_pipeline.schemas.readings import SHARE

_KNOWN = {True: "yes", False: "no", None: "not known"}
_Tone = Literal["good", "caution", "bad", "unknown"]


def contract_views(release: Release) -> tuple[ContractView, ...]:
    """Return one view per KPI that has a target and is measured, in the order of the KPIs."""
    return tuple(_contract_view(value, release) for value in contract_values(release))


def unmeasured_targets(release: Release) -> tuple[str, ...]:
    """Say of each target that nobody measures why it is not judged."""
    return tuple(
        f"{value.kpi_label}, target {wording.target_text(value)}: {wording.value_text(value)}, because "
        f"{(value.status_reason or 'no reason is given').rstrip('.')}."
        for value in release.headlines
        if wording.target_text(value) and not value.is_measured
    )


def _contract_view(value: Value, release: Release) -> ContractView:
    verdict, tone = _verdict(value)
    return ContractView(
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
        return "Target met, with statistical confidence", "good"
    return "Target met" if value.assured is None else "Target met, not with statistical confidence", "caution"


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
        return f"{target}, as agreed; how certain that is is not known"
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
