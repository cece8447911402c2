"""Say the findings of a release in sentences: each number with what it is of and how certain it is.

They are the main points of the report, and lead its sections. How one number is written belongs in
``wording``; a sentence is empty where the release has nothing to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.subjects import Change, Kpi, Sessions
from ccds_pipeline.schemas.readings import (
    NOT_MEASURABLE,
    NOT_MEASURED,
    RELATIVE_CHANGE,
    SHARE,
    SHARE_ESTIMATED,
    SHARE_OF_RANGE,
    UNIDENTIFIED,
    WHOLE,
    reading_text,
)

_RATE, _MEAN, _DIFFERENCE, _REACH = "rate", "mean", "difference", "persons"
_BOUNDS = ("share_worst_case", "share_best_case")


def main_points(release: Release) -> tuple[str, ...]:
    """Return what a reader should remember, in the order of the report."""
    sentences = (
        reach_sentence(release),
        *(contract_sentence(value) for value in contract_values(release)),
        reactions_sentence(release),
        *(change_sentence(change, release) for change in whole_changes(release)),
        scores_sentence(release),
        *(later_sentence(value, release) for value in later_shares(release)),
        unmeasured_sentence(release),
    )
    return tuple(sentence for sentence in sentences if sentence)


def found(value: Value) -> str:
    """Return a value with what it is of and its interval: ``95% of 600 valid answers (95% interval …)``."""
    words = f"{wording.value_text(value)} {wording.population_text(value)}".rstrip()
    interval = wording.interval_text(value)
    return f"{words} (95% interval {interval})" if value.shown is not None and interval else words


def answer_shares(release: Release) -> list[Value]:
    """Return the favourable shares of answers given before, at or straight after the session."""
    return [value for value in _shares(release) if value.wave not in release.later_waves]


def later_shares(release: Release) -> list[Value]:
    """Return the favourable shares of answers to a later wave."""
    return [value for value in _shares(release) if value.wave in release.later_waves]


def contract_values(release: Release) -> list[Value]:
    """Return the headlines that have a target and are measured."""
    return [value for value in release.headlines if value.target is not None and value.is_measured]


def scores(release: Release) -> list[Value]:
    """Return the headlines that are means."""
    return [value for value in release.headlines if value.estimand == _MEAN]


def whole_changes(release: Release) -> list[Change]:
    """Return the changes of the whole programme."""
    return [change for change in release.changes if change.breakdown == WHOLE]


def one_per_question(values: Sequence[Value], release: Release) -> list[tuple[Value, list[Value]]]:
    """Return one value for each question and reading of its answers, with the others that repeat it.

    One with a target stands for the others, else the first.
    """
    alike: dict[tuple[object, ...], list[Value]] = {}
    for value in values:
        kpi = release.kpi_of(value.kpi_id)
        own = (
            (kpi.question_id, kpi.favourable_text, value.wave) if kpi and kpi.question_id else (value.kpi_id,)
        )
        alike.setdefault(own, []).append(value)
    chosen = []
    for same in alike.values():
        first = next((value for value in same if value.target is not None), same[0])
        chosen.append((first, [value for value in same if value is not first]))
    return chosen


def reach_sentence(release: Release) -> str:
    """Say how many people came, to how many sessions, and when."""
    people = next((value for value in release.headlines if value.estimand == _REACH), None)
    if people is None or people.shown is None:
        return ""
    held = next((part for part in release.sessions if part.breakdown == WHOLE), None)
    return f"{found(people)} attended{_sessions_text(held)}{_unidentified_text(people, release)}."


def contract_sentence(value: Value) -> str:
    """Say whether a target is met."""
    target = wording.target_text(value)
    if value.met is None:
        why = "is withheld" if value.suppressed else f"has {wording.value_text(value)}"
        return f"Whether the contract’s target ({target}) is met is not known: {value.kpi_label} {why}."
    verdict = "met" if value.met else "not met"
    certain = " with statistical confidence" if value.met and value.assured else ""
    return (
        f"The contract asks for {target}: {value.kpi_label} is {found(value)}, so it is {verdict}{certain}."
    )


def reactions_sentence(release: Release) -> str:
    """Say the favourable shares that the contract does not judge, one after the other."""
    values = [first for first, _ in one_per_question(answer_shares(release), release) if first.target is None]
    shown = [value for value in values if value.shown is not None or value.interval is not None]
    if not shown:
        return "No other share of answers can be shown." if values else ""
    items = "; ".join(f"{value.kpi_label} {_short(value)}" for value in shown)
    return f"Favourable answers {_wave_words(shown[0])}: {items}."


def change_sentence(change: Change, release: Release) -> str:
    """Say how far a mean moved on its scale, among how many, and in relation to where it began."""
    if change.mean_before is None or change.mean_after is None or change.pairs_n is None:
        return f"{change.kpi_label}: before and after cannot be shown."
    readings = {value.estimand: value for value in release.overall if value.kpi_id == change.kpi_id}
    difference = readings.get(_DIFFERENCE)
    size = f": {found_change(difference)}" if difference is not None and difference.shown is not None else ""
    beside = [
        f"{found_change(value)} as {reading_text(value.estimand)}"
        for value in readings.values()
        if value.shown is not None
        and ((value.is_headline and value.unit == RELATIVE_CHANGE.name) or value.unit == SHARE_OF_RANGE.name)
    ]
    also = f"; {', '.join(beside)}" if beside else ""
    return (
        f"{change.kpi_label}: the mean {_direction(change)} from {change.mean_before:.1f} to"
        f" {change.mean_after:.1f}{scale_words(change)} among {wording.count_text(change.pairs_n)} people who"
        f" answered both times{size}{also}."
    )


def found_change(value: Value) -> str:
    """Return a change with its interval, such as ``+1.6 points (+1.5 to +1.7)``."""
    interval = wording.interval_text(value)
    return f"{wording.value_text(value)} ({interval})" if interval else wording.value_text(value)


def scores_sentence(release: Release) -> str:
    """Say the mean scores with the end of their scale."""
    shown = [value for value in scores(release) if value.shown is not None]
    if not shown:
        return ""
    items = "; ".join(
        f"{value.kpi_label} {wording.value_text(value)}{out_of(release.kpi_of(value.kpi_id))}"
        f"{wording.size_text(value)} ({wording.interval_text(value)})"
        for value in shown
    )
    return f"Mean scores {_wave_words(shown[0])}: {items}."


def later_sentence(value: Value, release: Release) -> str:
    """Say a later share and, in the same sentence, how many answered and what the others could change."""
    start = f"{wording.wave_text(value)}, {value.kpi_label}: "
    return f"{start}{found(value)}{coverage_words(value, release)}{_bounds_words(value, release)}."


def coverage_words(value: Value, release: Release) -> str:
    """Return which share of those who were due answered a wave in time."""
    due = [row for row in release.responses if row.wave == value.wave]
    rate = next((row for row in reversed(due) if row.rate is not None), None)
    if rate is None or rate.rate is None or rate.due_n is None:
        return "; how many of those due answered is not shown"
    share = wording.number_text(rate.rate, SHARE.name, n=rate.due_n)
    return f", from the {share} of {wording.count_text(rate.due_n)} due who answered in time"


def unmeasured_sentence(release: Release) -> str:
    """Name what is not measured; no other KPI stands in for it."""
    missing = [
        value.kpi_label for value in release.headlines if value.status in (NOT_MEASURABLE, NOT_MEASURED)
    ]
    return f"Not measured: {'; '.join(missing)}." if missing else ""


def out_of(kpi: Kpi | None) -> str:
    """Return the end of a scale that begins at 0, or both ends."""
    if kpi is None or kpi.scale_minimum is None or kpi.scale_maximum is None:
        return ""
    least = "" if kpi.scale_minimum == 0 else f"{kpi.scale_minimum:g} to "
    return f" of {least}{kpi.scale_maximum:g}"


def scale_words(change: Change) -> str:
    """Return the scale of a change."""
    if change.scale_minimum is None or change.scale_maximum is None:
        return ""
    return f" on a scale from {change.scale_minimum:g} to {change.scale_maximum:g}"


def _shares(release: Release) -> list[Value]:
    return [value for value in release.headlines if value.unit == SHARE.name and value.estimand != _RATE]


def _short(value: Value) -> str:
    words = wording.value_text(value) + wording.size_text(value)
    interval = wording.interval_text(value) if value.shown is not None else ""
    return f"{words} ({interval})" if interval else words


def _wave_words(value: Value) -> str:
    return wording.wave_text(value).lower() or "over all"


def _direction(change: Change) -> str:
    if change.mean_change_low is not None and change.mean_change_low > 0:
        return "rose"
    if change.mean_change_high is not None and change.mean_change_high < 0:
        return "fell"
    return "went"


def _sessions_text(held: Sessions | None) -> str:
    if held is None:
        return "; the dates of sessions are not known"
    mode = held.delivery_modes.lower()
    how = "" if mode == "unknown" else f" ({mode})"
    days = f"{wording.date_text(held.first_session_on)} to {wording.date_text(held.last_session_on)}"
    return f" about {wording.count_text(held.sessions_n)} sessions{how} from {days}"


def _unidentified_text(people: Value, release: Release) -> str:
    """Each attendance of somebody not identified may be of one participant more."""
    more = next(
        (
            value.shown
            for value in release.overall
            if (value.kpi_id, value.estimand) == (people.kpi_id, UNIDENTIFIED)
        ),
        None,
    )
    if not more:
        return ""
    return f"; {wording.count_text(more)} attendances more are of people who could not be identified"


def _bounds_words(value: Value, release: Release) -> str:
    """What a later share could be for all who were due."""
    bounds = [
        wording.figure_text(other, other.shown)
        for name in _BOUNDS
        for other in release.overall
        if (other.kpi_id, other.estimand, other.unit) == (value.kpi_id, name, SHARE_ESTIMATED.name)
        and other.shown is not None
    ]
    if len(bounds) != len(_BOUNDS):
        return ""
    return f"; for everybody due it could be anything from {bounds[0]} to {bounds[1]}"
