"""The vocabulary of a cell: the units, readings and statuses that a value can have, declared once.

A cell is one row of ``kpi.kpi``: a reading (estimand) of a KPI for one part of a breakdown. How a reading is
computed belongs in ``kpi.rules``, how its number is put into words in ``reporting.wording``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

WHOLE = "all"
"""Breakdown and level of the whole programme; wave and phase of what belongs to none."""
UNIDENTIFIED = "unidentified_attendances"
"""The reading that gives the number of participants an upper bound: it stands wherever the number does."""

STATUSES = {
    "measured": "measured",
    "no_answers": "no answers yet",
    "undefined": "cannot be computed",
    "too_few_pairs": "too few matched pairs",
    "not_measurable": "not measurable",
    "not_measured": "not measured",
}
"""What became of a value, in words."""
MEASURED, NO_ANSWERS, UNDEFINED, TOO_FEW_PAIRS, NOT_MEASURABLE, NOT_MEASURED = STATUSES


@dataclass(frozen=True)
class Unit:
    """What a number is counted in, and how it is printed and released.

    Args:
        name: As in the column ``unit``.
        kind: Count of people or records, share of a whole, score on a scale, change of a score or share,
            p-value, or other.
        decimals: Most decimals that are released and printed (PRIVACY.md P13); of a per cent where it is one.
        suffix: What follows the number in words; a per cent sign where there is none.
        is_per_cent: Whether the number is stored as a fraction and printed times 100.
        fine_from: Of fewer, the number has one decimal less.
        grain: How much a value moves, times what it is of, when one answer moves by the least possible. The
            coarser the value, the more counts agree with it. 0 for what is made of perturbed counts.
    """

    name: str
    kind: Literal["count", "share", "score", "change", "p_value", "other"]
    decimals: int = 0
    suffix: str = ""
    is_per_cent: bool = False
    fine_from: int = 0
    grain: float = 0.0

    def step(self, n: float) -> float:
        """Return the least difference between two released values of ``n`` answers or people."""
        decimals = self.decimals + (2 if self.is_per_cent else 0) - (n < self.fine_from)
        finest = 10.0**-decimals
        enough = (factor for factor in _FACTORS if not self.grain or finest * factor * n >= self.grain)
        return finest * next(enough, _FACTORS[-1])

    def decimals_of(self, n: float | None) -> int:
        """Return how many decimals a value is printed with, of ``n`` answers or people if that is known."""
        if n is None:
            return self.decimals - (self.fine_from > 0)
        as_printed = self.step(n) * (100 if self.is_per_cent else 1)
        return next(decimals for decimals in range(9) if round(as_printed, decimals) == round(as_printed, 9))

    def number_format(self, n: float | None = None) -> str:
        """Return how a spreadsheet formats values of ``n`` answers or people, such as ``0.0%``."""
        if self.kind == "count":
            return "#,##0"
        decimals = self.decimals_of(n)
        return "0" + ("." + "0" * decimals if decimals else "") + ("%" if self.is_per_cent else "")

    @property
    def value_kind(self) -> Literal["fraction", "points", "count", "other"]:
        """Return in which kind of column its numbers stand beside those of other units."""
        if self.is_per_cent:
            return "fraction"
        if self.kind == "count":
            return "count"
        return "points" if self.name == "score" else "other"


_FACTORS = (1, 2, 5, 10, 20, 50, 100)

_UNITS = (
    PERSONS := Unit("persons", "count", suffix="people"),
    PLACES := Unit("places", "count", suffix="places"),
    RECORDS := Unit("records", "count", suffix="records"),
    SHARE := Unit("share", "share", 1, is_per_cent=True, fine_from=1_000),
    SHARE_ESTIMATED := Unit("share_estimated", "share", 1, is_per_cent=True, fine_from=1_000, grain=2.0),
    # A scale of fewer than five options is coarser still.
    SCORE_SHARE := Unit("score_share", "share", 1, is_per_cent=True, fine_from=1_000, grain=0.4),
    # control: means have one decimal
    SCORE := Unit("score", "score", 1, grain=2.0),
    # Of a mean before of 3 or more.
    RELATIVE_CHANGE := Unit("relative_change", "change", 1, is_per_cent=True, grain=1.2),
    # Of a scale from 0 to 10, so that it is as coarse as the difference.
    SHARE_OF_RANGE := Unit("share_of_range", "change", 1, is_per_cent=True, fine_from=1_000, grain=0.2),
    SHARE_CHANGE := Unit(
        "share_change", "change", 1, suffix="percentage points", is_per_cent=True, grain=2.0
    ),
    STANDARD_DEVIATIONS := Unit("standard_deviations", "score", 1, suffix="standard deviations"),
    P_VALUE := Unit("p_value", "p_value", 3),
    MONTHS := Unit("months", "other", 1, suffix="months"),
    RATIO := Unit("ratio", "other", 3),
    NO_UNIT := Unit("none", "other", 1),
)
UNITS = {unit.name: unit for unit in _UNITS}
LEAST_P_VALUE = 0.001
"""A p-value is never shown as 0: one that is smaller is shown as this."""


PEOPLE_UNITS = [PERSONS.name, PLACES.name]


def units_of(*kinds: str) -> list[str]:
    """Return the names of the units of some kinds."""
    return [unit.name for unit in _UNITS if unit.kind in kinds]


def released_step(units: pd.Series, n: pd.Series) -> pd.Series:
    """Return the least difference between two released values, for the unit and number of each."""
    steps = [
        UNITS[unit].step(0 if pd.isna(number) else number) for unit, number in zip(units, n, strict=True)
    ]
    return pd.Series(steps, index=units.index, dtype="float64")


def is_per_cent(unit: str) -> bool:
    """Return whether numbers of a unit are printed times 100; not those of an unknown unit."""
    return unit in UNITS and UNITS[unit].is_per_cent


ANSWERS, PAIRS = "valid answers", "matched pairs"


@dataclass(frozen=True)
class Reading:
    """One estimand: its unit, its words, and of whom it is.

    Args:
        id: As in the column ``estimand``.
        unit: Unit of its values.
        name: In words, such as ``relative change of paired means``.
        of: What the value is of, such as ``matched pairs``; its last word is a plural noun.
        which: Which of them alone, where not all are.
        population: Whose answers it rests on within its KPI, as ``sql/ops/contribution.sql`` names them.
        is_difference: Whether the value is a difference of scores, which carries its sign.
        leaves_out_pairs: Whether it leaves out some of the pairs that E1 is of: the difference between the
            two is a cell too.
        is_one_of_several: Whether it is the share of one outcome among several; that nobody had it does
            not say what anybody had.
    """

    id: str
    unit: Unit
    name: str
    of: str = ANSWERS
    which: str = ""
    population: str = "item"
    is_difference: bool = False
    leaves_out_pairs: bool = False
    is_one_of_several: bool = False


_PAIR: dict[str, Any] = {"of": PAIRS, "population": "pair"}
_DUE: dict[str, Any] = {"of": "attendances", "which": "due"}
_GAIN: dict[str, Any] = {**_PAIR, "is_difference": True}
_OUTCOME: dict[str, Any] = {**_PAIR, "is_one_of_several": True}
_TRIPLE: dict[str, Any] = {
    "of": "people",
    "which": "who answered three times",
    "population": "triple",
    "is_difference": True,
}
# One row per reading, in the order in which the readings of a KPI are listed.
# fmt: off
_READINGS = (
    Reading("E1", RELATIVE_CHANGE, "relative change of paired means", **_PAIR),
    Reading("E2", RELATIVE_CHANGE, "mean of each person's relative change", **_PAIR,
            which="that began above 0", leaves_out_pairs=True),
    Reading("E3", SHARE_OF_RANGE, "change as a share of the scale's range", **_PAIR),
    Reading("E4", SHARE_CHANGE, "change in the share that is confident", **_PAIR),
    Reading("E5", RELATIVE_CHANGE, "unpaired relative change", which="of both waves", population="unpaired"),
    Reading("E1_clustered", RELATIVE_CHANGE, "relative change of paired means, whole sessions resampled",
            **_PAIR),
    Reading("E1_first_tier", RELATIVE_CHANGE, "relative change of paired means, linked by reference alone",
            of=PAIRS, population="first_tier", leaves_out_pairs=True),
    Reading("mean_before", SCORE, "mean before", **_PAIR),
    Reading("mean_after", SCORE, "mean after", **_PAIR),
    Reading("difference", SCORE, "mean difference", **_GAIN),
    Reading("hodges_lehmann", SCORE, "typical difference (Hodges–Lehmann median)", **_GAIN),
    Reading("d_z", STANDARD_DEVIATIONS, "difference in its standard deviations (d_z)", **_GAIN),
    Reading("E6_improved", SHARE, "share that improved", **_OUTCOME),
    Reading("E6_same", SHARE, "share that stayed the same", **_OUTCOME),
    Reading("E6_worse", SHARE, "share that got worse", **_OUTCOME),
    Reading("zero_before", SHARE, "share that began at 0, the least score", **_OUTCOME),
    Reading("ceiling_before", SHARE, "share that began at the greatest score", **_OUTCOME),
    Reading("paired_t_p", P_VALUE, "p-value of the paired t-test", **_PAIR),
    Reading("wilcoxon_p", P_VALUE, "p-value of the signed-rank test (Wilcoxon)", **_PAIR),
    Reading("mean_of_maximum", SCORE_SHARE, "mean as a share of the maximum"),
    Reading("paired_difference", SCORE, "mean of paired differences",
            of=PAIRS, population="difference", is_difference=True),
    Reading("rate", SHARE, "share of those expected", "expected to answer"),
    Reading("sd", SCORE, "standard deviation"),
    Reading("share", SHARE, "favourable share"),
    Reading("share_any_time", SHARE, "favourable share, with answers outside the window"),
    Reading("share_high", SHARE, "share of high scores"),
    Reading("share_maximum", SHARE, "share at the maximum"),
    Reading("share_weighted", SHARE_ESTIMATED, "favourable share, weighted for who did not answer"),
    Reading("share_worst_case", SHARE_ESTIMATED, "favourable share if all others were unfavourable", **_DUE),
    Reading("share_best_case", SHARE_ESTIMATED, "favourable share if all others were favourable", **_DUE),
    Reading("icc", RATIO, "share of the variance that lies between sessions (ICC)"),
    Reading("design_effect", RATIO, "design effect by session"),
    Reading("since_before", SCORE, "mean change since before the session", **_TRIPLE),
    Reading("since_after", SCORE, "mean change since straight after", **_TRIPLE),
    Reading("responded_in_window", PLACES, "answered in the window"),
    Reading("responded_late", PLACES, "answered after the window closed"),
    Reading("due", PLACES, "due: no answer yet, window open"),
    Reading("not_yet_due", PLACES, "not yet due"),
    Reading("lapsed", PLACES, "lapsed: window closed without an answer"),
    Reading("withdrawn", PLACES, "withdrawn: asked not to be written to"),
    Reading("overdue", PLACES, "overdue: due and lapsed together"),
    Reading("months", MONTHS, "months from award to launch"),
    Reading("none", NO_UNIT, "nothing is measured"),
    Reading("received", RECORDS, "records received"),
    Reading("loaded", RECORDS, "loaded"),
    Reading("duplicate", RECORDS, "duplicate"),
    Reading("excluded", RECORDS, "excluded"),
    Reading("rejected", RECORDS, "rejected"),
    Reading("unmatched", RECORDS, "responses that could not be linked"),
    Reading("attendances", PLACES, "attendances", population="attended"),
    Reading("bookings", PLACES, "bookings", population="booked"),
    Reading("cancellations", PLACES, "cancellations", population="cancelled"),
    Reading("no_shows", PLACES, "no shows", population="no_show"),
    Reading("persons", PERSONS, "persons", population="attended"),
    Reading(UNIDENTIFIED, PLACES, "attendances of people not identified", population="unidentified"),
    Reading("mean", SCORE, "mean"),
    Reading("median", SCORE, "median"),
)
# fmt: on
READINGS = {reading.id: reading for reading in _READINGS}
_POSITIONS = {reading: position for position, reading in enumerate(READINGS)}

FOR_ANALYSTS = ("icc", "design_effect", "share_any_time")
"""What says how sure a value is; in no release."""
FOLLOW_UP_STATES = (
    "responded_in_window", "responded_late", "due", "not_yet_due", "lapsed", "withdrawn",
)  # fmt: skip
"""Every attendance that a later wave may ask about is in one of these states."""


def reading_of(estimand: str) -> Reading:
    """Return an estimand's reading; one that is not listed is called by its name, and has no unit."""
    return READINGS.get(estimand) or Reading(estimand, NO_UNIT, estimand.replace("_", " ").lower())


def reading_text(estimand: str) -> str:
    """Return the name of a reading of a KPI, such as ``relative change of paired means``."""
    return reading_of(estimand).name


def reading_position(estimand: str) -> int:
    """Return the position of a reading among those of its KPI; one that is not listed comes last."""
    return _POSITIONS.get(estimand, len(_POSITIONS))
