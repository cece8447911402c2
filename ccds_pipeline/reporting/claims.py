"""Say what became of the published claims: the sentence, its figure, and what is computed for it now."""

from __future__ import annotations

from typing import Literal

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.page import Cell, Column, TableView
from ccds_pipeline.reporting.released import Claim, Release
from ccds_pipeline.schemas.readings import PERSONS, WHOLE, reading_text, units_of
from ccds_pipeline.schemas.verdicts import (
    BORNE_OUT,
    CONTRADICTED,
    HIGHER,
    LOWER,
    MEASURED_AS,
    NOT_DECIDABLE,
    ROUNDING,
    VERDICTS,
    WITHOUT_FIGURE,
)

_NO_VALUE = {"withheld": "withheld", "not_computable": "cannot be computed", "not_measured": "not measured"}


def claims_table(release: Release) -> TableView:
    """Return one row per published sentence: what is contradicted first, what has no figure last.

    Within these, in the order of the programme file.
    """
    return TableView.of(
        "One row per published sentence: its figure, and what the same definition gives now",
        sorted(release.claims, key=lambda claim: (_rank(claim), claim.claim_order)),
        Column("Published", lambda claim: Cell(claim.text, note=_scope(claim, release))),
        Column(
            "Claimed",
            lambda claim: _cell(
                wording.claimed_text(claim, unit=claim.unit or _unit(claim, release)), missing="no figure"
            ),
            numeric=True,
        ),
        Column("Computed now", _value_cell, numeric=True),
        Column(
            "Out of", lambda claim: _cell(wording.population_text(claim) if claim.shown is not None else "")
        ),
        Column("95% interval or bounds", _interval_cell),
        Column("Verdict", lambda claim: Cell(_verdict_text(claim, release), tone=_tone(claim))),
    )


def _rank(claim: Claim) -> int:
    if claim.state in CONTRADICTED:
        return 0
    return 2 if claim.state in WITHOUT_FIGURE and claim.state != ROUNDING else 1


def _tone(claim: Claim) -> Literal["good", "bad", ""]:
    if claim.state in CONTRADICTED:
        return "bad"
    return "good" if claim.state in BORNE_OUT else ""


def _verdict_text(claim: Claim, release: Release) -> str:
    words = VERDICTS.get(claim.state, wording.name_text(claim.state).lower())
    if claim.state in (HIGHER, LOWER):
        return f"{words} by {wording.distance_text(claim)}"
    if claim.state == MEASURED_AS and claim.shown is not None:
        return f"{words} as {wording.figure_text(claim, claim.shown)} ({claim.kpi_id})"
    if claim.state == NOT_DECIDABLE and claim.unit == PERSONS.name:
        return f"{words}: some attendances are of people not identified"
    if claim.state == ROUNDING:
        return _rounding_text(claim, release)
    return words


def _rounding_text(claim: Claim, release: Release) -> str:
    """Name the claim of which this one is a rounding, by its figure and verdict."""
    for other in release.claims:
        if other.claim_id == claim.rounding_of:
            figure = wording.claimed_text(other, unit=other.unit or _unit(other, release))
            return f"rounding of {figure}: {_verdict_text(other, release)}"
    return VERDICTS[ROUNDING]


def _value_cell(claim: Claim) -> Cell:
    if claim.shown is None:
        if claim.state == ROUNDING:
            return Cell("as the claim that it rounds", muted=True)
        return Cell(_NO_VALUE.get(claim.state, "no value"), muted=True)
    note = "" if claim.unit in units_of("count") else reading_text(claim.estimand or "")
    return Cell(wording.figure_text(claim, claim.shown), note=note)


def _interval_cell(claim: Claim) -> Cell:
    text = wording.interval_text(claim)
    if text and claim.unit == PERSONS.name:
        return Cell(text, note="if each attendance of somebody not identified was of one more")
    return _cell(text)


def _cell(text: str, *, missing: str = "none") -> Cell:
    return Cell(text) if text else Cell(missing, muted=True)


def _scope(claim: Claim, release: Release) -> str:
    if not claim.kpi_id:
        return "no KPI measures it"
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
