"""What participants said: the answers to each question as a bar, the favourable ones right of its line.

Questions of one scale stand together, in the order of the KPIs: an order by value would rank what chance
can turn. A target is drawn at the KPI that has one and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ccds_pipeline.reporting import marks, wording
from ccds_pipeline.reporting.marks import Part, Span
from ccds_pipeline.reporting.page import Card, Cell, Column, Key, Section, TableView
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.sentences import answer_shares, one_per_question
from ccds_pipeline.reporting.subjects import Answer, Kpi
from ccds_pipeline.reporting.tables import base_cell, interval_cell
from ccds_pipeline.schemas.readings import SHARE

_FAVOURABLE = ("for-2", "for-1")
_OTHER = ("between", "against-1", "against-2")


@dataclass(frozen=True)
class Asked:
    """One favourable share with its question, the options of it, and the KPIs that repeat it."""

    value: Value
    kpi: Kpi | None
    options: tuple[Answer, ...]
    also: tuple[str, ...]

    @property
    def favourable(self) -> str:
        """Which answers count, in words."""
        return (self.kpi.favourable_text if self.kpi else None) or "Favourable"

    @property
    def is_drawn(self) -> bool:
        """Whether every option may be shown, and which of them count is known."""
        return bool(self.favourable_options) and all(option.share is not None for option in self.options)

    @property
    def favourable_options(self) -> tuple[Answer, ...]:
        """The options that count, least first."""
        counted = f" or {self.favourable} or "
        return tuple(option for option in self.options if f" or {option.option_label} or " in counted)

    @property
    def other_options(self) -> tuple[Answer, ...]:
        """The options that do not count, the least one last."""
        favourable = self.favourable_options
        return tuple(option for option in reversed(self.options) if option not in favourable)

    @property
    def tones(self) -> dict[str, str]:
        """The colour class of each option, by its name."""
        outer, *inner = reversed(self.favourable_options)
        others = _OTHER if len(self.other_options) >= len(_OTHER) else _OTHER[1:]
        return (
            {outer.option_label: _FAVOURABLE[0]}
            | {option.option_label: _FAVOURABLE[1] for option in inner}
            | {
                option.option_label: others[min(place, len(others) - 1)]
                for place, option in enumerate(self.other_options)
            }
        )


def said_section(release: Release) -> Section:
    """Return the answers to the questions of all waves but later ones, one card per scale."""
    asked = asked_of(answer_shares(release), release)
    lead = _LEAD if asked else "No KPI of this programme is a share of answers."
    return Section("said", "What they said", lead, answer_cards(asked))


def asked_of(values: Sequence[Value], release: Release) -> list[Asked]:
    """Return the questions of shares, each once."""
    return [
        Asked(
            value,
            kpi := release.kpi_of(value.kpi_id),
            release.answers_of(kpi.question_id if kpi else None, value.wave),
            tuple(other.kpi_label for other in same),
        )
        for value, same in one_per_question(values, release)
    ]


def answer_cards(asked: Sequence[Asked]) -> tuple[Card, ...]:
    """Return one card per scale and way of reading it."""
    span = _common_span(asked)

    def scale(question: Asked) -> tuple[str, str]:
        return question.favourable, (question.kpi.scale_text if question.kpi else None) or ""

    order = list(dict.fromkeys(map(scale, asked)))
    together = groupby(sorted(asked, key=lambda question: order.index(scale(question))), key=scale)
    return tuple(_card(list(questions), span) for _, questions in together)


def _card(asked: list[Asked], span: Span) -> Card:
    title = _title(asked)
    drawn = next((question for question in asked if question.is_drawn), None)
    return Card(
        title,
        TableView.of(
            title,
            asked,
            Column("Question", _question_cell),
            Column("Answers", lambda question: _answers_cell(question, span), is_picture=True),
            Column("Favourable", _value_cell, numeric=True),
            Column("Out of", lambda question: base_cell(question.value), numeric=True),
            Column("95% interval", lambda question: interval_cell(question.value), numeric=True),
        ),
        keys=_keys(drawn) if drawn else (),
    )


def _title(asked: list[Asked]) -> str:
    shown = [question.value for question in asked if question.value.shown is not None]
    favourable = wording.capitalised(asked[0].favourable)
    if not shown:
        is_band = any(question.value.interval is not None for question in asked)
        return f"{favourable}: {'so few answers that shares are ranges' if is_band else 'no share is shown'}"
    ends = [min(shown, key=_shown), max(shown, key=_shown)]
    text = " to ".join(dict.fromkeys(wording.value_text(end) for end in ends))
    if len(asked) > 1:
        return f"{favourable}: {text} of valid answers"
    return f"{asked[0].value.kpi_label}: {text} said {favourable}"


def _shown(value: Value) -> float:
    return value.shown or 0


def _keys(question: Asked) -> tuple[Key, ...]:
    """The options from the least favourable to the most."""
    tones = question.tones
    return tuple(Key(tones[option.option_label], option.option_label) for option in question.options)


def _question_cell(question: Asked) -> Cell:
    also = f"Also reported as: {', '.join(question.also)}." if question.also else ""
    asked = (
        f"“{question.kpi.question_text}”" if question.kpi and question.kpi.question_text else "no question"
    )
    return Cell(question.value.kpi_label, note=" ".join(filter(None, (asked, also))))


def _answers_cell(question: Asked, span: Span) -> Cell:
    value = question.value
    if question.is_drawn:
        return Cell(
            "", picture=marks.stacked(_parts(question), span, name=_name(question), target=value.target)
        )
    if value.shown is None and value.interval is None:
        return Cell(wording.value_text(value), note=wording.reason_text(value), muted=True)
    return Cell("", picture=marks.interval(value.shown, value.interval, Span(0, 1), target=value.target))


def _parts(question: Asked) -> list[Part]:
    """Favourable options to the right of 0, the others to the left, the extremes outside."""
    parts, tones = [], question.tones
    right = left = 0.0
    for option in question.favourable_options:
        parts.append(Part(right, option.share or 0, tones[option.option_label]))
        right += option.share or 0
    for option in question.other_options:
        left -= option.share or 0
        parts.append(Part(left, option.share or 0, tones[option.option_label]))
    return parts


def _common_span(asked: Sequence[Asked]) -> Span:
    """Return one scale for all bars, so that they can be compared."""
    left = [
        sum(option.share or 0 for option in question.other_options) for question in asked if question.is_drawn
    ]
    return Span(-math.ceil(20 * max(left, default=0)) / 20 - 0.01, 1.01)


def _name(question: Asked) -> str:
    return ", ".join(
        f"{option.option_label} {wording.number_text(option.share or 0, SHARE.name, n=option.of_answers_n)}"
        for option in question.options
    )


def _value_cell(question: Asked) -> Cell:
    value = question.value
    target = wording.target_text(value)
    reason = wording.reason_text(value) if value.suppressed else ""
    details = filter(None, (f"target: {target}" if target else "", reason))
    return Cell(wording.value_text(value), note="; ".join(details), muted=value.suppressed)


_LEAD = (
    "Right of the line are the answers that count as favourable, left of it all others. The figures beside a "
    "bar are the favourable share, what it is of, and its 95% interval. A mark across a bar is the "
    "contract’s target, at the only KPI that has one."
)
