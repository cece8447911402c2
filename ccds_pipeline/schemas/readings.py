"""The vocabulary of a cell: the units, readings and statuses that a value can have, declared once.

A cell is one row of ``kpi.kpi``: a reading (estimand) of a KPI for one part of a breakdown. How a reading is
computed belongs in ``kpi.rules``, how its number is put into words in ``reporting.wording``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WHOLE = "all"
"""Breakdown and level of the whole programme; wave and phase of what belongs to none."""

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
        decimals: Decimals that are released and printed (PRIVACY.md P13); of a per cent where it is one.
        suffix: What follows the number in words; a per cent sign where there is none.
        is_per_cent: Whether the number is stored as a fraction and printed times 100.
        spread: What shows that all answers are alike: the missing interval of a mean, or of a change
            that was resampled. Empty where nothing does.
    """

    name: str
    kind: Literal["count", "share", "score", "change", "p_value", "other"]
    decimals: int = 0
    suffix: str = ""
    is_per_cent: bool = False
    spread: Literal["", "mean", "resampled"] = ""

    @property
    def stored_decimals(self) -> int:
        """Decimals of the number as it is stored."""
        return self.decimals + (2 if self.is_per_cent else 0)


_UNITS = (
    PERSONS := Unit("persons", "count", suffix="people"),
    PLACES := Unit("places", "count", suffix="places"),
    RECORDS := Unit("records", "count", suffix="records"),
    SHARE := Unit("share", "share", is_per_cent=True),
    SHARE_ESTIMATED := Unit("share_estimated", "share", is_per_cent=True),
    # As coarse as a share: one decimal more would be two decimals of the score.
    SCORE_SHARE := Unit("score_share", "share", is_per_cent=True, spread="mean"),
    # control: means have one decimal
    SCORE := Unit("score", "score", 1, spread="mean"),
    RELATIVE_CHANGE := Unit("relative_change", "change", 1, is_per_cent=True, spread="resampled"),
    SHARE_OF_RANGE := Unit("share_of_range", "change", 1, is_per_cent=True, spread="resampled"),
    SHARE_CHANGE := Unit("share_change", "change", 1, suffix="percentage points", is_per_cent=True),
    STANDARD_DEVIATIONS := Unit("standard_deviations", "score", 1, suffix="standard deviations"),
    P_VALUE := Unit("p_value", "p_value", 3),
    MONTHS := Unit("months", "other", 1, suffix="months"),
    NO_UNIT := Unit("none", "other", 1),
)
UNITS = {unit.name: unit for unit in _UNITS}
LEAST_P_VALUE = 0.001
"""A p-value is never shown as 0: one that is smaller is shown as this."""


PEOPLE_UNITS = [PERSONS.name, PLACES.name]


def units_of(*kinds: str) -> list[str]:
    """Return the names of the units of some kinds."""
    return [unit.name for unit in _UNITS if unit.kind in kinds]


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


def _of_pairs(
    id: str,  # noqa: A002  # named as the field is
    unit: Unit,
    name: str,
    *,
    which: str = "",
    population: str = "pair",
    leaves_out_pairs: bool = False,
) -> Reading:
    return Reading(
        id, unit, name, PAIRS, which=which, population=population, leaves_out_pairs=leaves_out_pairs
    )


def _outcome(id: str, name: str) -> Reading:  # noqa: A002  # named as the field is
    return Reading(id, SHARE, name, PAIRS, population="pair", is_one_of_several=True)


def _difference(id: str, name: str, *, population: str = "pair") -> Reading:  # noqa: A002  # as the field
    return Reading(id, SCORE, name, PAIRS, population=population, is_difference=True)


_DUE = ("attendances", "due")
_TRIPLES = ("people", "who answered three times", "triple")
# In the order in which the readings of a KPI are listed.
_READINGS = (
    _of_pairs("E1", RELATIVE_CHANGE, "relative change of paired means"),
    _of_pairs(
        "E2",
        RELATIVE_CHANGE,
        "mean of each person's relative change",
        which="that began above 0",
        leaves_out_pairs=True,
    ),
    _of_pairs("E3", SHARE_OF_RANGE, "change as a share of the scale's range"),
    _of_pairs("E4", SHARE_CHANGE, "change in the share that is confident"),
    Reading(
        "E5",
        RELATIVE_CHANGE,
        "unpaired relative change",
        ANSWERS,
        which="of both waves",
        population="unpaired",
    ),
    _of_pairs("E1_clustered", RELATIVE_CHANGE, "relative change of paired means, whole sessions resampled"),
    _of_pairs(
        "E1_first_tier",
        RELATIVE_CHANGE,
        "relative change of paired means, linked by reference alone",
        population="first_tier",
        leaves_out_pairs=True,
    ),
    _of_pairs("mean_before", SCORE, "mean before"),
    _of_pairs("mean_after", SCORE, "mean after"),
    _difference("difference", "mean difference"),
    _difference("hodges_lehmann", "typical difference (Hodges–Lehmann median)"),
    Reading(
        "d_z",
        STANDARD_DEVIATIONS,
        "difference in its standard deviations (d_z)",
        PAIRS,
        population="pair",
        is_difference=True,
    ),
    _outcome("E6_improved", "share that improved"),
    _outcome("E6_same", "share that stayed the same"),
    _outcome("E6_worse", "share that got worse"),
    _outcome("zero_before", "share that began at 0, the least score"),
    _outcome("ceiling_before", "share that began at the greatest score"),
    _of_pairs("paired_t_p", P_VALUE, "p-value of the paired t-test"),
    _of_pairs("wilcoxon_p", P_VALUE, "p-value of the signed-rank test (Wilcoxon)"),
    Reading("mean_of_maximum", SCORE_SHARE, "mean as a share of the maximum"),
    _difference("paired_difference", "mean of paired differences", population="difference"),
    Reading("rate", SHARE, "share of those expected", "expected to answer"),
    Reading("sd", SCORE, "standard deviation"),
    Reading("share", SHARE, "favourable share"),
    Reading("share_high", SHARE, "share of high scores"),
    Reading("share_maximum", SHARE, "share at the maximum"),
    Reading("share_weighted", SHARE_ESTIMATED, "favourable share, weighted for who did not answer"),
    Reading("share_worst_case", SHARE_ESTIMATED, "favourable share if all others were unfavourable", *_DUE),
    Reading("share_best_case", SHARE_ESTIMATED, "favourable share if all others were favourable", *_DUE),
    Reading("since_before", SCORE, "mean change since before the session", *_TRIPLES, is_difference=True),
    Reading("since_after", SCORE, "mean change since straight after", *_TRIPLES, is_difference=True),
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
    Reading("unidentified_attendances", PLACES, "unidentified attendances", population="unidentified"),
    Reading("mean", SCORE, "mean"),
    Reading("median", SCORE, "median"),
)
READINGS = {reading.id: reading for reading in _READINGS}
_POSITIONS = {reading: position for position, reading in enumerate(READINGS)}

FOLLOW_UP_STATES = (
    "responded_in_window", "responded_late", "due", "not_yet_due", "lapsed", "withdrawn",
)  # fmt: skip
"""Every attendance that a later wave may ask about is in one of these states."""
OUTCOMES = ("E6_improved", "E6_same", "E6_worse")
"""Every pair has one of these outcomes: any two give the third away."""
WAYS_OF_LINKING = (
    "reference_n", "email_n", "code_n", "near_code_n", "ambiguous_n", "collided_n", "unmatched_n",
)  # fmt: skip
"""Every valid response was linked in one of these ways, or not."""

SUMS = (
    (("E6_same", "denominator"), tuple((outcome, "numerator") for outcome in OUTCOMES)),
    (("due", "eligible_n"), tuple((state, "denominator") for state in FOLLOW_UP_STATES)),
    (("overdue", "denominator"), (("due", "denominator"), ("lapsed", "denominator"))),
    (("bookings", "denominator"), (("cancellations", "denominator"), ("no_shows", "denominator"))),
    (("theme", "numerator"), (("theme", "people_n"),)),
    (("eligible_n", "denominator"), tuple((way, "denominator") for way in WAYS_OF_LINKING)),
)
"""What adds up between the readings of a KPI, by reading and column: the whole, then its parts."""


def reading_of(estimand: str) -> Reading:
    """Return an estimand's reading; one that is not listed is called by its name, and has no unit."""
    return READINGS.get(estimand) or Reading(estimand, NO_UNIT, estimand.replace("_", " ").lower())


def reading_text(estimand: str) -> str:
    """Return the name of a reading of a KPI, such as ``relative change of paired means``."""
    return reading_of(estimand).name


def reading_position(estimand: str) -> int:
    """Return the position of a reading among those of its KPI; one that is not listed comes last."""
    return _POSITIONS.get(estimand, len(_POSITIONS))
