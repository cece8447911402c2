"""Whole-number counts of what the evaluator found, for each part of each breakdown.

Which KPI is made of which count belongs in ``truth``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from ccds_pipeline.synthetic.answers import (
    CONFIDENCE,
    FOLLOW_UP_ITEMS,
    OWN_WELLBEING,
    POST_ITEMS,
    PRE_ITEMS,
    SUPPORTING_COLLEAGUES,
)
from ccds_pipeline.synthetic.attendance import THRESHOLD, attended_time
from ccds_pipeline.synthetic.evaluate import (
    NOBODY,
    AttendedSession,
    Link,
    evaluate,
    identifies,
    is_present,
)
from ccds_pipeline.synthetic.records import Booking, Employment, Person, Session, Wave
from ccds_pipeline.synthetic.timetable import AS_OF

FOLLOW_UP_WINDOW, DUE_AFTER = range(28, 71), timedelta(days=42)

# Values 0 to 10, then (counted from the end) blank and not applicable.
_ANSWERS = 13


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


def _cell(session: Session, employment: Employment) -> _Cell:
    return _Cell(session.month, employment.region, employment.care_setting, employment.staff_group)


def _rows(items: Sequence[str]) -> list[list[int]]:
    return [[0] * _ANSWERS for _ in items]


@dataclass(slots=True)
class Counts:
    """Counts of one part of one breakdown.

    ``simple`` holds counts by name. ``answers`` holds, per wave and item, how often each answer was
    given: at 0 to 10 by value, last blank, second to last not applicable.
    """

    simple: Counter[str] = field(default_factory=Counter)
    answers: dict[Wave, list[list[int]]] = field(
        default_factory=lambda: {
            "pre": _rows(PRE_ITEMS),
            "post": _rows(POST_ITEMS),
            "follow_up": _rows(FOLLOW_UP_ITEMS),
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

    ``links`` counts responses by wave, tier, state and whether the session found is the one meant.
    """

    def __init__(self) -> None:
        self.links: Counter[tuple[Wave, str, str, bool]] = Counter()
        self._cells: dict[_Cell, Counts] = {}
        self._repeated: Counter[tuple[Level, str]] = Counter()

    def add(self, person: Person) -> None:
        """Count everything that a person does."""
        for booking in person.bookings:
            if not booking.flaw:
                self._add_booking(booking, person)
        self._add_unidentified(person)
        attended, links = evaluate(person)
        for link in links:
            is_right = link.session is not None and link.session.number == link.response.about.number
            self.links[link.response.wave, link.tier, link.state, is_right] += 1
        for entry in attended:
            _add_attendance(self._counts(entry.session, entry.employment), entry)
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
            for wave in counts.answers:
                repeated = self._repeated[level, f"responses.{wave}"]
                simple[f"respondents.{wave}"] = simple[f"responses.{wave}"] - repeated
        return levels

    def _counts(self, session: Session, employment: Employment) -> Counts:
        cell = _cell(session, employment)
        counts = self._cells.get(cell)
        if counts is None:
            counts = self._cells[cell] = Counts()
        return counts

    def _add_booking(self, booking: Booking, person: Person) -> None:
        simple = self._counts(booking.session, booking.employment).simple
        simple["bookings"] += 1
        simple["cancellations"] += booking.state == "cancelled"
        simple["no_shows"] += (
            booking.state == "booked"
            and booking.session.is_reported
            and identifies(booking.email, person)
            and not is_present(person, booking.session)
        )

    def _add_unidentified(self, person: Person) -> None:
        for presence in person.presences:
            if not presence.email and attended_time(presence.session, presence.joins) >= THRESHOLD:
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
    is_due = entry.session.starts.date() + DUE_AFTER <= AS_OF
    simple["due"] += is_due
    for wave, link in entry.valid.items():
        simple[f"responses.{wave}"] += 1
        for row, answer in zip(counts.answers[wave], link.response.answers, strict=True):
            row[answer] += 1
    follow_up, post = entry.valid.get("follow_up"), entry.valid.get("post")
    if follow_up is not None:
        days = (follow_up.response.submitted_at.date() - entry.session.starts.date()).days
        simple["in_window"] += is_due and days in FOLLOW_UP_WINDOW
    if post is not None:
        _add_pairs(simple, post.response.answers, entry.valid.get("pre"))


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
