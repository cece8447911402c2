"""Say what became of the published claims: the sentence, its figure, and what is computed for it now."""

from __future__ import annotations

from typing import Literal

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.page import Cell, Column, TableView
from ccds_pipeline.reporting.released import AGREES, Claim, Release
from ccds_pipeline.schemas.readings import WHOLE, reading_text, units_of

_VERDICTS: dict[str, tuple[str, Literal["good", "bad", ""]]] = {
    AGREES: ("agrees", "good"),
    "differs": ("differs", "bad"),
    "withheld": (wording.WITHHELD, ""),
    "not_computable": ("cannot be computed", ""),
    "definition_changed": ("definition changed", ""),
}


def claims_table(release: Release) -> TableView:
    """Return one row per published claim, in the order of the programme file."""
    return TableView.of(
        "One row per published sentence: its figure, and what the same definition gives now",
        release.claims,
        Column("Published", lambda claim: Cell(claim.text, note=_scope(claim, release))),
        Column(
            "Claimed",
            lambda claim: Cell(wording.claimed_text(claim, unit=claim.unit or _unit(claim, release))),
            numeric=True,
        ),
        Column("Computed now", _value_cell, numeric=True),
        Column(
            "What it is of",
            lambda claim: _cell(wording.population_text(claim) if claim.shown is not None else ""),
        ),
        Column("95% interval", lambda claim: _cell(wording.interval_text(claim))),
        Column("Verdict", lambda claim: Cell(_verdict(claim)[0], tone=_verdict(claim)[1])),
    )


def _verdict(claim: Claim) -> tuple[str, Literal["good", "bad", ""]]:
    return _VERDICTS.get(claim.state, (wording.name_text(claim.state).lower(), ""))


def _value_cell(claim: Claim) -> Cell:
    if claim.shown is None:
        has_no_value = claim.state in ("withheld", "not_computable")
        return Cell(_verdict(claim)[0] if has_no_value else "no value", muted=True)
    note = "" if claim.unit in units_of("count") else reading_text(claim.estimand)
    return Cell(wording.figure_text(claim, claim.shown), note=note)


def _cell(text: str) -> Cell:
    return Cell(text) if text else Cell("none", muted=True)


def _scope(claim: Claim, release: Release) -> str:
    day = f"up to {wording.date_text(claim.as_of)}" if claim.as_of else "no day given"
    return f"{claim.kpi_id}, definition {claim.definition_version}, {_phase(claim, release)}, {day}"


def _phase(claim: Claim, release: Release) -> str:
    if claim.phase == WHOLE:
        return "every phase"
    labels = {value.level: value.level_label for value in release.values if value.breakdown == "phase"}
    return labels.get(claim.phase, wording.name_text(claim.phase))


def _unit(claim: Claim, release: Release) -> str:
    """The unit that the claim's KPI has; without one its figure is printed as it is stored."""
    units = (value.unit for value in release.headlines if value.kpi_id == claim.kpi_id)
    return next(units, "")
