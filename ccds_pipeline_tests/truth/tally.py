"""Whole-number counts of what the evaluator found, for each part of each breakdown.

Which KPI is made of which count belongs in ``figures``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from ccds_pipeline.synthetic.answers import CONFIDENCE, OWN_WELLBEING, POST_ITEMS, SUPPORTING_COLLEAGUES
from ccds_pipeline.synthetic.attendance import THRESHOLD
from ccds_pipeline.synthetic.records import Booking, Employment, Session, Wave
from ccds_pipeline.synthetic.timetable import AS_OF
from ccds_pipeline_tests.truth.codes_compared import Link
from ccds_pipeline_tests.truth.evaluate import (
    NOBODY,
    AttendedSession,
    Evaluation,
    Participant,
    attended_time,
    identifies,
    is_present,
    link_quality,
)

FOLLOW_UP_WINDOW, DUE_AFTER = range(28, 71), timedelta(days=42)

WAVES: tuple[Wave, ...] = ("pre", "post", "follow_up")
# Values 0 to 10, then (counted from the end) blank and not applicable.
_ANSWERS = 14


class Level(NamedTuple):
    """One part of one breakdown."""

    breakdown: str
    level: str


class _Cell(NamedTuple):
    """What every record has one of each of: the finest part that is counted."""

    month: str
    region: str
    care_setting: str
    staff_group: str

    def levels(self) -> list[Level]:
        parts = zip(self._fields, self, strict=True)
        return [Level("all", "all"), *(Level(breakdown, level) for breakdown, level in parts)]


def is_right(link: Link) -> bool:
    """Whether a response was linked to who wrote it and to the session that it is about."""
    own = {link.person.email, f"{link.person.email} {link.person.name}"}
    return (
        link.session is not None and link.owner in own and link.session.number == link.response.about.number
    )


def _cell(session: Session, employment: Employment) -> _Cell:
    return _Cell(session.month, employment.region, employment.care_setting, employment.staff_group)


def _rows(items_n: int) -> list[list[int]]:
    return [[0] * _ANSWERS for _ in range(items_n)]


@dataclass(slots=True)
class Counts:
    """Counts of one part of one breakdown.

    ``simple`` holds counts by name. ``answers`` holds, per wave and item, how often each answer was
    given: at 0 to 10 by value; from the last blank, not applicable, and not understood. Those of the
    follow-up count in its window; ``any_time`` holds the others too.
    """

    simple: Counter[str] = field(default_factory=Counter)
    answers: dict[str, list[list[int]]] = field(
        default_factory=lambda: {
            "pre": _rows(1),
            "post": _rows(len(POST_ITEMS)),
            "follow_up": _rows(1),
            "any_time": _rows(1),
        }
    )

    def add(self, other: Counts) -> None:
        """Add the counts of another part."""
        self.simple.update(other.simple)
        for wave, rows in self.answers.items():
            for row, more in zip(rows, other.answers[wave], strict=True):
                row[:] = [n + m for n, m in zip(row, more, strict=True)]


class Tally:
    """Adds up people, one after the other; holds counts only, however many people there are.

    ``links`` counts responses by wave, tier, state and whether writer and session found are those meant;
    ``link_quality`` counts them by wave and what linked them, or why nothing did; ``pairs`` counts, by
    wave, valid responses of respondents who gave one in the wave before too.
    """

    def __init__(self) -> None:
        self.links: Counter[tuple[Wave, str, str, bool]] = Counter()
        self.link_quality: Counter[tuple[Wave, str]] = Counter()
        self.pairs: Counter[Wave] = Counter()
        self._cells: dict[_Cell, Counts] = {}
        self._repeated: Counter[tuple[Level, str]] = Counter()

    def add(self, evaluation: Evaluation) -> None:
        """Count everything that the people of one session do."""
        for link in evaluation.links:
            self.links[link.wave, link.tier, link.state, is_right(link)] += 1
        self.link_quality.update(link_quality(evaluation.links))
        for participant in evaluation.participants:
            self._add_participant(participant)

    def _add_participant(self, participant: Participant) -> None:
        for booking in participant.bookings:
            self._add_booking(booking, participant)
        self._add_unidentified(participant)
        attended = list(participant.attended.values())
        for entry in attended:
            _add_attendance(self._counts(entry.session, entry.employment), entry)
            self.pairs.update(wave for before, wave in pairwise(WAVES) if {before, wave} <= set(entry.valid))
        if len(attended) > 1:
            self._note_repeats(attended)

    def levels(self) -> dict[Level, Counts]:
        """Return the counts of each part of each breakdown.

        ``simple`` then holds ``persons`` and ``respondents.<wave>`` too: whoever attended or answered
        several times in a part counts once in it.
        """
        levels: dict[Level, Counts] = {}
        for cell, counts in self._cells.items():
            for level in cell.levels():
                levels.setdefault(level, Counts()).add(counts)
        for level, counts in levels.items():
            simple = counts.simple
            simple["persons"] = simple["attendances"] - self._repeated[level, "attendances"]
            for wave in WAVES:
                repeated = self._repeated[level, f"responses.{wave}"]
                simple[f"respondents.{wave}"] = simple[f"responses.{wave}"] - repeated
        return levels

    def _counts(self, session: Session, employment: Employment) -> Counts:
        cell = _cell(session, employment)
        counts = self._cells.get(cell)
        if counts is None:
            counts = self._cells[cell] = Counts()
        return counts

    def _add_booking(self, booking: Booking, participant: Participant) -> None:
        simple = self._counts(booking.session, booking.employment).simple
        simple["bookings"] += 1
        simple["cancellations"] += booking.state == "cancelled"
        simple["no_shows"] += (
            booking.state == "booked"
            and booking.session.is_reported
            and identifies(booking.email, participant.person)
            and not is_present(participant, booking.session)
        )

    def _add_unidentified(self, participant: Participant) -> None:
        for presence in participant.person.presences:
            is_long = attended_time(presence.session, presence.joins) >= THRESHOLD
            if is_long and not participant.is_identified_in(presence.session):
                self._counts(presence.session, NOBODY).simple["unidentified_attendances"] += 1

    def _note_repeats(self, attended: list[AttendedSession]) -> None:
        """Note how often a person is in a part beyond the first time."""
        times = Counter[tuple[Level, str]]()
        for entry in attended:
            levels = _cell(entry.session, entry.employment).levels()
            names = ["attendances", *(f"responses.{wave}" for wave in entry.valid)]
            times.update((level, name) for level in levels for name in names)
        self._repeated.update({key: n - 1 for key, n in times.items()})


def _add_attendance(counts: Counts, entry: AttendedSession) -> None:
    simple = counts.simple
    simple["attendances"] += 1
    state = _follow_up_state(entry)
    simple[f"follow_up.{state}"] += 1
    is_due = entry.session.starts.date() + DUE_AFTER <= AS_OF and state != "withdrawn"
    simple["due"] += is_due
    for wave, link in entry.valid.items():
        simple[f"responses.{wave}"] += 1
        for asked in _asked(wave, state):
            simple[f"asked.{asked}"] += 1
            for row, answer in zip(counts.answers[asked], link.response.answers, strict=True):
                row[answer] += 1
    simple["in_window"] += is_due and state == "responded_in_window"
    if "post" in entry.valid:
        _add_pairs(simple, entry.valid["post"].response.answers, entry.valid.get("pre"))


def _asked(wave: Wave, state: str) -> tuple[str, ...]:
    """Return which items a valid response of the wave answers, where the follow-up is in that state."""
    if wave != "follow_up":
        return (wave,)
    return ("any_time", wave) if state == "responded_in_window" else ("any_time",)


def _follow_up_state(entry: AttendedSession) -> str:
    held = entry.session.starts.date()
    answered = entry.valid.get("follow_up")
    day = (answered.response.submitted_at.date() - held).days if answered is not None else -1
    if day >= FOLLOW_UP_WINDOW.start:
        return "responded_in_window" if day in FOLLOW_UP_WINDOW else "responded_late"
    if entry.is_withdrawn:
        return "withdrawn"
    age = (AS_OF - held).days
    if age >= FOLLOW_UP_WINDOW.stop:
        return "lapsed"
    return "due" if age >= DUE_AFTER.days else "not_yet_due"


def _add_pairs(simple: Counter[str], post: tuple[int, ...], pre: Link | None) -> None:
    own, colleagues, after = post[OWN_WELLBEING], post[SUPPORTING_COLLEAGUES], post[CONFIDENCE]
    if own >= 0 and colleagues >= 0:
        simple["wellbeing_pairs"] += 1
        simple["wellbeing_difference"] += colleagues - own
    before = pre.response.answers[0] if pre is not None else -1
    if before >= 0 and after >= 0:
        simple["pairs"] += 1
        simple["pairs_before"] += before
        simple["pairs_after"] += after
