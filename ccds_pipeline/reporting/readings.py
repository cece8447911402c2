"""The names of readings: what each estimand is called in words, and what its value is of.

One list for the report and for the command's tables. Numbers in words belong in ``wording``; how an
estimand is computed in ``metrics``.
"""

from __future__ import annotations

from dataclasses import dataclass

ANSWERS, PAIRS = "valid answers", "matched pairs"


@dataclass(frozen=True)
class Reading:
    """One estimand in words.

    Args:
        name: Such as ``relative change of paired means``.
        of: What the value is of, such as ``matched pairs``; its last word is a plural noun.
        which: Which of them alone, where not all are.
        is_difference: Whether the value is a difference of scores, which carries its sign.
    """

    name: str
    of: str = ANSWERS
    which: str = ""
    is_difference: bool = False


_TRIPLES = ("people", "who answered three times")
_READINGS = {
    "E1": Reading("relative change of paired means", PAIRS),
    "E2": Reading("mean of each person's relative change", PAIRS, "that began above 0"),
    "E3": Reading("change as a share of the scale's range", PAIRS),
    "E4": Reading("change in the share that is confident", PAIRS),
    "E5": Reading("unpaired relative change", ANSWERS, "of both waves"),
    "E1_clustered": Reading("relative change of paired means, whole sessions resampled", PAIRS),
    "E1_first_tier": Reading("relative change of paired means, linked by reference alone", PAIRS),
    "mean_before": Reading("mean before", PAIRS),
    "mean_after": Reading("mean after", PAIRS),
    "difference": Reading("mean difference", PAIRS, is_difference=True),
    "hodges_lehmann": Reading("typical difference (Hodges–Lehmann median)", PAIRS, is_difference=True),
    "d_z": Reading("difference in its standard deviations (d_z)", PAIRS, is_difference=True),
    "E6_improved": Reading("share that improved", PAIRS),
    "E6_same": Reading("share that stayed the same", PAIRS),
    "E6_worse": Reading("share that got worse", PAIRS),
    "zero_before": Reading("share that began at 0, the least score", PAIRS),
    "ceiling_before": Reading("share that began at the greatest score", PAIRS),
    "paired_t_p": Reading("p-value of the paired t-test", PAIRS),
    "wilcoxon_p": Reading("p-value of the signed-rank test (Wilcoxon)", PAIRS),
    "mean_of_maximum": Reading("mean as a share of the maximum"),
    "paired_difference": Reading("mean of paired differences", PAIRS, is_difference=True),
    "rate": Reading("share of those expected", "expected to answer"),
    "sd": Reading("standard deviation"),
    "share": Reading("favourable share"),
    "share_high": Reading("share of high scores"),
    "share_maximum": Reading("share at the maximum"),
    "share_weighted": Reading("favourable share, weighted for who did not answer"),
    "share_worst_case": Reading("favourable share if all others were unfavourable", "attendances", "due"),
    "share_best_case": Reading("favourable share if all others were favourable", "attendances", "due"),
    "since_before": Reading("mean change since before the session", *_TRIPLES, is_difference=True),
    "since_after": Reading("mean change since straight after", *_TRIPLES, is_difference=True),
    "responded_in_window": Reading("answered in the window"),
    "responded_late": Reading("answered after the window closed"),
    "due": Reading("due: no answer yet, window open"),
    "not_yet_due": Reading("not yet due"),
    "lapsed": Reading("lapsed: window closed without an answer"),
    "withdrawn": Reading("withdrawn: asked not to be written to"),
    "overdue": Reading("overdue: due and lapsed together"),
    "months": Reading("months from award to launch"),
    "none": Reading("nothing is measured"),
    "received": Reading("records received"),
    "loaded": Reading("loaded"),
    "duplicate": Reading("duplicate"),
    "excluded": Reading("excluded"),
    "rejected": Reading("rejected"),
    "unmatched": Reading("responses that could not be linked"),
}
_PLACES = {estimand: place for place, estimand in enumerate(_READINGS)}


def reading_of(estimand: str) -> Reading:
    """Return the words for an estimand; one that is not listed is called by its name."""
    return _READINGS.get(estimand) or Reading(estimand.replace("_", " ").lower())


def reading_text(estimand: str) -> str:
    """Return the name of a reading of a KPI, such as ``relative change of paired means``."""
    return reading_of(estimand).name


def reading_place(estimand: str) -> int:
    """Return the place of a reading among those of its KPI; one that is not listed comes last."""
    return _PLACES.get(estimand, len(_PLACES))
