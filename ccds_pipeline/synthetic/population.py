"""Who turns up in a session's story: attendees, and everybody who books and does not attend.

Each person is invented once, with all that they will ever do, at the first session that they have to
do with. Who attends a later session too gives no personal code: so all who give one for a session can be
judged together, when that session's people are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import count

from ccds_pipeline.synthetic.attendance import long_stay, presence, short_stay, single_stay
from ccds_pipeline.synthetic.bookings import BookingDesk
from ccds_pipeline.synthetic.draws import Draws, Weights
from ccds_pipeline.synthetic.employers import Employers
from ccds_pipeline.synthetic.identities import (
    EXAMPLE_CODE,
    personal_code,
    phone_number,
    shared_email,
    words,
    work_email,
)
from ccds_pipeline.synthetic.records import Booking, BookingState, EarlierSeat, Person, Session
from ccds_pipeline.synthetic.surveys import Habits, SurveyDesk
from ccds_pipeline.synthetic.timetable import Timetable, delivery_before

_PRIMARY_SHARE = 0.55
_CHANGES_JOB = 0.2
# Like the person invented before: of the same name, or with the same personal code.
_NAMESAKE, _SAME_CODE = 0.01, 0.003
# In a session, two people each write the other's code, where two give nothing else.
_SWAPPED = 0.06
# In one session of so many everybody copies the example of the form.
_EVERY_COPIED, _FIRST_COPIED = 61, 13
_PEOPLE_WITHOUT_REPORT = 15

# How attendees come to attend.
_ATTENDEES = Weights(
    {
        "plain": 0.866,
        "returning": 0.022,  # attends two sessions
        "walk_in": 0.015,  # never booked
        "rebooked": 0.012,  # cancelled and booked the same session again
        "moved": 0.012,  # booked this session, and attends a later one
        "cancelled_but_came": 0.008,
        "came_early": 0.006,  # booked a later session, and attends this one
        "shares_address": 0.006,  # two people of a team with one address
        "without_email": 0.02,  # booked and attends under a name only
        "by_name": 0.012,  # booked with an address, attends under a name only
        "rejoins_by_name": 0.008,  # drops out, and joins again under a name only
        "booked_twice": 0.005,  # booked two places by mistake
        "takes_over": 0.007,  # has the place of a colleague, who had answered the survey before
        "reseated": 0.007,  # the place was moved to a later session after the survey before
    }
)
_SEEN_BY_NAME = frozenset({"without_email", "by_name", "rejoins_by_name", "stranger"})
_ON_A_CHANGED_SEAT = frozenset({"takes_over", "reseated"})
_ON_TWO_DAYS = _ON_A_CHANGED_SEAT | {"returning", "moved", "came_early"}
# Everybody else, per attendee.
_OTHERS = {
    "no_show": 0.08,
    "cancelled": 0.07,
    "short": 0.015,  # leaves too soon
    "pending": 0.012,
    "stranger": 0.02,  # never booked, attends under a name only
}
_ENDS_AS: dict[str, BookingState] = {"cancelled": "cancelled", "pending": "pending"}
_ATTENDED = Habits(pre=0.86, post=0.90, follow_up=0.45, attends=True)
_WAS_THERE = Habits(pre=0.6, post=0.6, follow_up=0.2)
_STAYED_AWAY = Habits(pre=0.15, post=0.05, follow_up=0.02)


class Population:
    """Invents the people of one session after the other."""

    def __init__(self, draws: Draws, timetable: Timetable) -> None:
        self._draws = draws
        self._timetable = timetable
        self._employers = Employers(draws)
        self._bookings = BookingDesk(draws)
        self._surveys = SurveyDesk(draws, timetable)
        self.preview = self._surveys.preview
        self._numbers = count(1)
        self._latest: Person | None = None
        # Who gave a place to a colleague: known by what they answered, and attends nothing.
        self._gave_away: list[Person] = []

    def people_of(self, session: Session, *, attendees: int) -> list[Person]:
        """Return everybody whose story begins with this session.

        Args:
            session: The session; without report nobody is known to attend it.
            attendees: How many of them are participants: they can be identified, and they attend this
                session or a later one.
        """
        people = list(self._people_of(session, attendees))
        if self._draws.chance(_SWAPPED):
            self._swap_codes(people)
        return people

    def _people_of(self, session: Session, attendees: int) -> Iterator[Person]:
        if not session.is_reported:
            # One sound pretix booking at least: only pretix says when the session was.
            yield self._unreported(session, self._person(session, is_primary=True))
            for _ in range(_PEOPLE_WITHOUT_REPORT):
                yield self._unreported(session, self._person(session))
            return
        invented = 0
        while invented < attendees:
            kind = self._draws.weighted(_ATTENDEES)
            if kind == "shares_address" and attendees - invented == 1:
                kind = "plain"
            participants = self._attendee(kind, session)
            invented += len(participants)
            yield from participants
        yield from self._gave_away
        self._gave_away.clear()
        for kind, share in _OTHERS.items():
            for _ in range(self._draws.how_many(attendees, share)):
                yield self._other(kind, session)

    def trial_booking(self, session: Session) -> Person:
        """Somebody at the provider who tests the booking form."""
        person = self._person(session, is_primary=True)
        person.email = "test.booking@example.org"
        self._bookings.book(person, session, is_sound=True).flaw = "test"
        return person

    def _attendee(self, kind: str, session: Session) -> list[Person]:
        """Return one participant; of two who share an address both."""
        # Only Eventbrite's report is known to keep the number of a place that changes.
        is_primary = False if kind in _ON_A_CHANGED_SEAT else None
        person = self._person(session, is_primary=is_primary, has_own_name=kind in _SEEN_BY_NAME)
        if kind in _ON_TWO_DAYS and self._attend_on_two_days(kind, person, session):
            return [person]
        if kind in _SEEN_BY_NAME:
            self._attend_by_name(kind, person, session)
        elif kind == "walk_in":
            self._attend(person, session, None)
        elif kind == "booked_twice":
            self._bookings.book(person, session, is_sound=True)
            self._attend(person, session, self._bookings.book(person, session, is_sound=True))
        elif kind == "shares_address":
            return [person, self._colleague_of(person, session)]
        elif kind == "rebooked":
            self._bookings.book(person, session, ends_as="cancelled", days_ahead=(15, 42))
            self._may_change_job(person)
            self._attend(person, session, self._bookings.book(person, session, days_ahead=(1, 7)))
        else:
            ends_as: BookingState = "cancelled" if kind == "cancelled_but_came" else "booked"
            self._attend(person, session, self._bookings.book(person, session, ends_as=ends_as))
        return [person]

    def _colleague_of(self, person: Person, session: Session) -> Person:
        """Somebody of the same team; both book and attend under the team's address.

        Nobody could tell two of one name there from one who booked twice, so they have two names.
        """
        colleague = self._person(session, has_own_name=True)
        colleague.employment = person.employment
        person.email = colleague.email = shared_email(next(self._numbers), self._draws)
        for somebody in (person, colleague):
            self._attend(somebody, session, self._bookings.book(somebody, session, is_sound=True))
        return colleague

    def _attend_on_two_days(self, kind: str, person: Person, session: Session) -> bool:
        """Do what takes a later session or a delivery in between; return whether there is one."""
        if kind in _ON_A_CHANGED_SEAT:
            return self._attend_on_changed_seat(kind, person, session)
        later = self._timetable.later_session(session, days=self._draws.between(8, 90))
        if later is not None:
            self._attend_one_of_two(kind, person, session, later=later)
        return later is not None

    def _attend_one_of_two(self, kind: str, person: Person, session: Session, *, later: Session) -> None:
        ends_as: BookingState = "cancelled" if self._draws.chance(0.5) else "booked"
        if kind == "came_early":
            self._bookings.book(person, later, ends_as=ends_as)
            self._attend(person, session, None)
            return
        person.code = ""
        if kind == "moved":
            self._bookings.book(person, session, ends_as=ends_as)
        else:
            self._attend(person, session, self._bookings.book(person, session))
        self._may_change_job(person)
        self._attend(person, later, self._bookings.book(person, later, days_ahead=(1, 6)))

    def _attend_on_changed_seat(self, kind: str, person: Person, session: Session) -> bool:
        """Attend on a place that a delivery showed in other hands or for another session.

        The survey before was answered by the reference of the place while it was so. Return whether a
        delivery comes between booking and session, so that this can be.
        """
        delivered_on = delivery_before(session)
        is_moved = kind == "reseated"
        held = (
            self._timetable.later_session(session, days=self._draws.between(8, 90)) if is_moved else session
        )
        if delivered_on is None or held is None:
            return False
        earlier = person if is_moved else self._person(session, is_primary=False)
        ahead = (held.starts.date() - delivered_on).days
        booking = self._bookings.book(person, held, days_ahead=(ahead + 2, ahead + 6), is_sound=True)
        changed_on = delivered_on + timedelta(days=1)
        booking.earlier = EarlierSeat(earlier, session, datetime.combine(changed_on, time(12)))
        self._surveys.answer_early(earlier, session, booking=booking, on=delivered_on - timedelta(days=1))
        if is_moved:
            person.code = ""
        else:
            self._gave_away.append(earlier)
        self._attend(person, held, None)
        return True

    def _attend_by_name(self, kind: str, person: Person, session: Session) -> None:
        """Attend a session, some or all of it, without showing an address; the place bears the name."""
        if kind == "without_email":
            person.email = ""
        booking = self._bookings.book(person, session, is_sound=True)
        joins = long_stay(session, self._draws)
        first = 1 if kind == "rejoins_by_name" else 0
        for part, shows_email in ((joins[:first], True), (joins[first:], False)):
            if part:
                person.presences.append(
                    presence(person, session, joins=part, draws=self._draws, shows_email=shows_email)
                )
        self._surveys.ask(person, session, booking=booking, habits=_ATTENDED)

    def _attend(self, person: Person, session: Session, booking: Booking | None) -> None:
        joins = long_stay(session, self._draws)
        person.presences.append(presence(person, session, joins=joins, draws=self._draws))
        self._surveys.ask(person, session, booking=booking, habits=_ATTENDED)

    def _other(self, kind: str, session: Session) -> Person:
        """Somebody who does not count as having attended, each for another reason."""
        draws = self._draws
        person = self._person(
            session, is_primary=True if kind == "pending" else None, has_own_name=kind in _SEEN_BY_NAME
        )
        if kind == "stranger":
            joins = single_stay(session, draws)
            person.presences.append(presence(person, session, joins=joins, draws=draws, shows_email=False))
            self._surveys.ask(person, session, booking=None, habits=_WAS_THERE)
            return person
        booking = self._bookings.book(person, session, ends_as=_ENDS_AS.get(kind, "booked"))
        if kind == "short":
            # Only pretix says when the session was planned, so that the time before it can be told.
            joins = short_stay(session, draws, waits=booking.tool == "pretix" and not booking.flaw)
            person.presences.append(presence(person, session, joins=joins, draws=draws))
        habits = _WAS_THERE if person.presences else _STAYED_AWAY
        self._surveys.ask(person, session, booking=booking, habits=habits)
        return person

    def _unreported(self, session: Session, person: Person) -> Person:
        booking = self._bookings.book(person, session, is_sound=True)
        self._surveys.ask(person, session, booking=booking, habits=_WAS_THERE)
        return person

    def _person(
        self, session: Session, *, is_primary: bool | None = None, has_own_name: bool = False
    ) -> Person:
        """Invent somebody; who is to be known by the name has two last names, and no namesake."""
        draws, latest = self._draws, self._latest
        first, last = draws.pick(words("first_names")), draws.pick(words("last_names"))
        if has_own_name:
            last = f"{last}-{draws.pick(words('last_names'))}"
        elif latest is not None and "-" not in latest.last_name and draws.chance(_NAMESAKE):
            first, last = latest.first_name, latest.last_name
        works_in_primary = draws.chance(_PRIMARY_SHARE) if is_primary is None else is_primary
        self._latest = Person(
            first_name=first,
            last_name=last,
            email=work_email(first, last, next(self._numbers), draws),
            phone=phone_number(draws),
            employment=self._employers.employment(is_primary=works_in_primary),
            code=self._code(session),
        )
        return self._latest

    def _code(self, session: Session) -> str:
        if session.number % _EVERY_COPIED == _FIRST_COPIED:
            return EXAMPLE_CODE
        if self._latest is not None and self._draws.chance(_SAME_CODE):
            return self._latest.code
        return personal_code(self._draws)

    def _swap_codes(self, people: list[Person]) -> None:
        """Have two of the people write each other's code before the session, and nothing but the code."""
        coded = [
            response
            for person in people
            for response in person.responses[:1]
            if response.wave == "pre" and response.link_code and response.email in {"", "anonymous"}
        ]
        if len(coded) > 1:
            half = len(coded) // 2
            response, other = self._draws.pick(coded[:half]), self._draws.pick(coded[half:])
            response.link_code, other.link_code = other.link_code, response.link_code

    def _may_change_job(self, person: Person) -> None:
        if self._draws.chance(_CHANGES_JOB):
            is_primary = person.employment.is_primary
            person.employment = self._employers.employment(is_primary=is_primary)
