"""Put numbers and names of a release into words, in British style.

Everything a reader sees as a figure is formatted here, so that a share looks the same in a card, a
table and a chart. Sentences about a finding belong in ``titles``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from ccds_pipeline.reporting.released import WHOLE, Value

WITHHELD = "withheld"
SHARE, SCORE_SHARE, SCORE, SHARE_OF_RANGE = "share", "score_share", "score", "share_of_range"
CHANGE_UNITS = ("relative_change", SHARE_OF_RANGE)
COUNT_UNITS = ("persons", "places")

_COMPARATORS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
_READINGS = {
    "E1": "relative change of paired means",
    "E3": "share of the scale's range",
    "E5": "unpaired relative change",
    "mean_of_maximum": "mean as a share of the maximum",
    "paired_difference": "mean of paired differences",
    "rate": "share of those expected",
    "sd": "standard deviation",
    "share": "share that is favourable",
    "share_high": "share of high scores",
    "share_maximum": "share at the maximum",
}
_PAIRS, _ANSWERS = "matched pairs", "valid answers"
_POPULATIONS = {
    "E1": _PAIRS,
    "E3": _PAIRS,
    "paired_difference": _PAIRS,
    "rate": "expected to answer",
}
_COUNTED = {"persons": "people"}
_REASONS = {"withheld": "to protect people"}
_METHODS = {"wilson": "Wilson score", "t": "Student's t"}
_STATUSES = {"no_answers": "no answers yet", "too_few_pairs": "too few matched pairs"}


def count_text(count: float) -> str:
    """Return a count with thousands separated, such as ``2,400``."""
    return f"{count:,.0f}"


def number_text(number: float, unit: str) -> str:
    """Return a value in its unit: shares as whole per cents, changes and scores to one decimal.

    Rule: privacy page, P13. Changes carry their sign.
    """
    if unit in (SHARE, SCORE_SHARE):
        return f"{number:.0%}"
    if unit in CHANGE_UNITS:
        return f"{number:+z.1%}".replace("-", "\N{MINUS SIGN}")
    if unit in COUNT_UNITS:
        return count_text(number)
    return f"{number:z,.1f}".replace("-", "\N{MINUS SIGN}")


def value_text(value: Value) -> str:
    """Return the value, or in words why there is none."""
    if value.shown is not None:
        return number_text(value.shown, value.unit)
    if value.suppressed:
        return WITHHELD
    return _STATUSES.get(value.status, "not available")


def interval_text(value: Value) -> str:
    """Return the interval, such as ``94% to 96%``; empty where there is none."""
    if value.shown is None or value.ci_low is None or value.ci_high is None:
        return ""
    return f"{number_text(value.ci_low, value.unit)} to {number_text(value.ci_high, value.unit)}"


def method_text(value: Value) -> str:
    """Return how the interval was made; empty where there is none."""
    method = value.ci_method or ""
    return _METHODS.get(method, method)


def population_text(value: Value) -> str:
    """Return what the value is of, such as ``of 2,055 valid answers``; empty where that is withheld."""
    if value.unit in COUNT_UNITS:
        return _COUNTED.get(value.unit, value.unit)
    if value.denominator is None:
        return ""
    return f"of {count_text(value.denominator)} {_POPULATIONS.get(value.estimand, _ANSWERS)}"


def size_text(value: Value) -> str:
    """Return how many stand behind a value, in short: `` of 2,055`` or `` from 1,730 pairs``.

    Only a share is a part of what it is counted from.
    """
    if value.denominator is None:
        return ""
    if value.unit == SHARE:
        return f" of {count_text(value.denominator)}"
    noun = _POPULATIONS.get(value.estimand, _ANSWERS).split()[-1]
    return f" from {count_text(value.denominator)} {noun}"


def reading_text(estimand: str) -> str:
    """Return the name of a reading of a KPI, such as ``relative change of paired means``."""
    return _READINGS.get(estimand, name_text(estimand).lower())


def name_text(identifier: str) -> str:
    """Return an identifier as words, such as ``Care setting`` for ``care_setting``."""
    return capitalised(identifier.replace("_", " ").strip())


def capitalised(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def wave_text(wave: str) -> str:
    """Return the name of a wave; empty where the KPI belongs to none."""
    return "" if wave == WHOLE else name_text(wave)


def target_text(value: Value) -> str:
    """Return what the contract asks, such as ``more than 70%``; empty where it asks nothing."""
    if value.target is None or value.comparator is None:
        return ""
    return f"{_COMPARATORS[value.comparator]} {_exact_text(value.target, value.unit)}"


def reason_text(value: Value) -> str:
    """Return why a value is withheld, in words that say nothing about the answers."""
    reason = value.suppression_reason or "no reason given"
    return _REASONS.get(reason, reason.replace("_", " "))


def date_text(day: date) -> str:
    """Return a date such as ``23 November 2026``."""
    return f"{day.day} {day:%B %Y}"


def instant_text(instant: datetime) -> str:
    """Return a UTC instant without zone as local time, such as ``23 November 2026, 08:30 GMT``."""
    local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/London"))
    return f"{date_text(local)}, {local:%H:%M %Z}"


def _exact_text(number: float, unit: str) -> str:
    """A target is printed as it is written down, never rounded to look like another one."""
    if unit in (SHARE, SCORE_SHARE, *CHANGE_UNITS):
        return f"{round(100 * number, 6):g}%"
    return f"{number:,g}"
