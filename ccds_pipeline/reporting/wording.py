"""Put numbers and names of a release into words, in British style.

Everything a reader sees as a figure is formatted here, so that a share looks the same in a card, a
table and a chart. Sentences about a finding belong in ``titles``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from ccds_pipeline.reporting.released import ChartPoint, Claim, Figure, LinkQuality, Theme, Value
from ccds_pipeline.schemas.readings import (
    LEAST_P_VALUE,
    MEASURED,
    NO_UNIT,
    PAIRS,
    SCORE,
    SHARE,
    STATUSES,
    UNITS,
    WHOLE,
    Reading,
    Unit,
    is_per_cent,
    reading_of,
)

WITHHELD = "withheld"
WHY_WITHHELD = (
    "Withheld, never zero: fewer than eight people stand behind it, nearly everybody gave the same answer, "
    "or it could be worked out from a neighbouring figure."
)

_COMPARATORS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
_REASONS = {"withheld": "to protect people"}
_METHODS = {
    "wilson": "Wilson score, with the noise of the counts",
    "band": "so few answers that noise would move a value by more than 5 points",
    "t": "Student's t",
    "signed rank": "from the signed-rank test",
    "linearised, logit scale": "linearised on the logit scale",
}
_BOOTSTRAP = re.compile(r"bca (?P<draws>\d+) draws seed (?P<seed>\d+)(?P<of>.*)")
_BY_SESSION = " by session"
_SIGNALS = {
    "outside_95": "{side} the 95% limits",
    "outside_998": "{side} the 99.8% limits",
    "outside": "{side} the limits of usual variation",
    "shift": "one of seven or more in a row on one side of the mean",
    "trend": "one of seven or more in a row that rise or fall",
    "near_limit": "one of two out of three in a row close to a limit",
}
_BREAKDOWNS = {"icb": "ICB"}
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def count_text(count: float) -> str:
    """Return a count with thousands separated, such as ``2,400``."""
    return f"{count:,.0f}"


def number_text(number: float, unit: str, *, n: float | None = None, is_difference: bool = False) -> str:
    """Return a value of ``n`` answers or people in its unit, with the decimals that it is released with.

    Rule: PRIVACY.md P13. Changes and differences carry their sign.
    """
    digits = _digits(number, unit, n=n, is_difference=is_difference)
    return f"{digits} {_suffix(unit, is_difference)}".rstrip()


def value_text(value: Value) -> str:
    """Return the value, a band where noise would move it too far, or in words why there is neither."""
    if value.shown is not None:
        return figure_text(value, value.shown)
    if value.suppressed:
        return WITHHELD
    if value.interval is not None:
        return interval_text(value)
    if value.status == "no_answers" and reading_of(value.estimand).of == PAIRS:
        return "no such pairs"
    return "not available" if value.status == MEASURED else STATUSES.get(value.status, value.status)


def figure_text(figure: Figure, number: float) -> str:
    """Return a number as the figure's own value is written."""
    is_difference = _reading(figure).is_difference
    return number_text(number, figure.unit or "", n=figure.denominator, is_difference=is_difference)


def interval_text(figure: Figure) -> str:
    """Return the interval, such as ``94% to 96%``; empty where there is none."""
    if figure.interval is None:
        return ""
    low, high = figure.interval
    is_difference = _reading(figure).is_difference
    digits = _digits(low, figure.unit or "", n=figure.denominator, is_difference=is_difference)
    return f"{digits} to {figure_text(figure, high)}"


def method_text(value: Value) -> str:
    """Return how the interval was made; empty where there is none."""
    method, clustered, _ = (value.ci_method or "").partition(_BY_SESSION)
    return _method_text(method) + (", allowing for sessions" if clustered else "")


def _method_text(method: str) -> str:
    if drawn := _BOOTSTRAP.fullmatch(method):
        of = f", draws{drawn['of']}" if drawn["of"] else ""
        return f"bootstrap (BCa, {count_text(float(drawn['draws']))} draws{of}, seed {drawn['seed']})"
    return _METHODS.get(method, method)


def population_text(figure: Figure) -> str:
    """Return what the value is of, such as ``of 2,055 valid answers``; empty where that is withheld."""
    unit = _unit(figure.unit or "")
    if unit.kind == "count":
        return unit.suffix
    if figure.denominator is None:
        return ""
    reading = _reading(figure)
    return f"of {count_text(figure.denominator)} {reading.of} {reading.which}".rstrip()


def size_text(value: Value) -> str:
    """Return how many a value rests on, in short: `` of 2,055`` or `` from 1,730 pairs``.

    Only a share is a part of what it is counted from.
    """
    if value.denominator is None:
        return ""
    if value.unit == SHARE.name:
        return f" of {count_text(value.denominator)}"
    return f" from {count_text(value.denominator)} {reading_of(value.estimand).of.split()[-1]}"


def name_text(identifier: str) -> str:
    """Return an identifier as words, such as ``Care setting`` for ``care_setting``."""
    return capitalised(identifier.replace("_", " ").strip())


def breakdown_text(breakdown: str) -> str:
    """Return the name of a breakdown inside a sentence, such as ``care setting`` or ``ICB``."""
    return _BREAKDOWNS.get(breakdown) or name_text(breakdown).lower()


def capitalised(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def tick_text(level: str) -> str:
    """Return a month such as ``2022-01`` in short, as ``Jan 22``; another part as it is."""
    if not _MONTH.fullmatch(level):
        return level
    return f"{date.fromisoformat(f'{level}-01'):%b %y}"


def wave_text(figure: Value | LinkQuality | Theme) -> str:
    """Return the name of the wave that something is of; empty where that is none."""
    return "" if figure.wave == WHOLE else figure.wave_label


def target_text(value: Value) -> str:
    """Return what the contract asks, such as ``more than 70%``; empty where it asks nothing."""
    if value.target is None or value.comparator is None:
        return ""
    return target_words(value.comparator, value.target, value.unit)


def target_words(comparator: str, target: float, unit: str) -> str:
    """Return a target in words, such as ``more than 70%``."""
    return f"{_COMPARATORS[comparator]} {_exact_text(target, unit)}"


def claimed_text(claim: Claim, *, unit: str) -> str:
    """Return a claimed figure with the decimals that were published, such as ``more than 2,400``.

    Empty where the sentence has no figure.
    """
    if claim.claimed is None:
        return ""
    number = f"{claim.claimed:,.{claim.decimals}{'%' if is_per_cent(unit) else 'f'}}"
    if not unit and not claim.claimed.is_integer():
        number = f"{claim.claimed:,g}"
    sign = "+" if _unit(unit).kind == "change" and claim.claimed > 0 else ""
    return " ".join(part for part in (_COMPARATORS.get(claim.comparator, ""), sign + number) if part)


def distance_text(claim: Claim) -> str:
    """Return how far the value lies from the published one, such as ``1.2 points``."""
    if claim.value is None or claim.claimed is None:
        return ""
    unit, distance = _unit(claim.unit or ""), abs(claim.value - claim.claimed)
    noun = unit.suffix if unit.kind == "count" else "points"
    decimals = 0 if unit.kind == "count" else max(claim.decimals, unit.decimals)
    return f"{100 * distance if unit.is_per_cent else distance:,.{decimals}f} {noun}".rstrip()


def signal_text(point: ChartPoint) -> str:
    """Return what marks a point of a control chart, such as ``below the 95% limits``."""
    side = "above" if point.centre is not None and point.value > point.centre else "below"
    signal = point.signal or ""
    return _SIGNALS.get(signal, signal.replace("_", " ")).format(side=side)


def marked_text(point: ChartPoint) -> str:
    """Return a point that stands out, such as ``Ward 3: 7.4 from 20, below the 95% limits``."""
    of = "of" if point.unit == SHARE.name else "from"
    value = f"{number_text(point.value, point.unit, n=point.n)} {of} {count_text(point.n)}"
    return f"{point.level_label}: {value}, {signal_text(point)}"


def reason_text(value: Value) -> str:
    """Return why a value is withheld or not measured, in words that say nothing about the answers."""
    if not value.suppressed:
        return value.status_reason or ""
    reason = value.suppression_reason or "no reason given"
    return _REASONS.get(reason, reason.replace("_", " "))


def date_text(day: date) -> str:
    """Return a date such as ``23 November 2026``."""
    return f"{day.day} {day:%B %Y}"


def instant_text(instant: datetime) -> str:
    """Return a UTC instant without zone as local time, such as ``23 November 2026, 08:30 GMT``."""
    local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/London"))
    return f"{date_text(local)}, {local:%H:%M %Z}"


def _reading(figure: Figure) -> Reading:
    """Only a claim without a value has no reading."""
    return reading_of(figure.estimand or "")


def _unit(name: str) -> Unit:
    return UNITS.get(name, NO_UNIT)


def _suffix(unit: str, is_difference: bool) -> str:
    """Return what follows a number; of a count, the noun is elsewhere."""
    if is_difference and unit == SCORE.name:
        return "points"
    return "" if _unit(unit).kind == "count" else _unit(unit).suffix


def _digits(number: float, name: str, *, n: float | None, is_difference: bool) -> str:
    unit = _unit(name)
    decimals = unit.decimals_of(n)
    if unit.kind == "count":
        return count_text(number)
    if unit.kind == "p_value":
        is_least = number <= LEAST_P_VALUE
        return f"\N{LESS-THAN OR EQUAL TO} {LEAST_P_VALUE}" if is_least else f"{number:.{decimals}f}"
    sign = "+" if is_difference or unit.kind == "change" else ""
    digits = f"{100 * number if unit.is_per_cent else number:{sign}z,.{decimals}f}"
    return digits.replace("-", "\N{MINUS SIGN}") + ("%" if unit.is_per_cent and not unit.suffix else "")


def _exact_text(number: float, unit: str) -> str:
    """A target is printed as it is written down, never rounded to look like another one."""
    if is_per_cent(unit):
        return f"{round(100 * number, 6):g}%"
    return f"{number:,g} {_suffix(unit, is_difference=False)}".rstrip()
