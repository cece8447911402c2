"""How places are booked, cancelled and confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle

from ccds_pipeline.synthetic.draws import Draws, Weights
from ccds_pipeline.synthetic.identities import order_code
from ccds_pipeline.synthetic.records import Booking, BookingState, Person, Session

# What is wrong with a row: see the exports for how each shows.
FLAWS = ("impossible_date", "no_status", "unknown_status", "no_session")

_FLAWED = 0.006
_IN_A_GROUP = 0.06
_PAYS_LATER = 0.1
_NO_CONTACT, _CHANGES_MIND = 0.03, 0.02
_LONGEST_DOUBT = timedelta(days=50)
_FIRST_EVENTBRITE_NUMBER = 2_400_000_001
# The change of clocks skips or repeats none of these.
WAKING_HOURS = range(7, 23)

_MINUTE = timedelta(minutes=1)
_DAYS_AHEAD = Weights({1: 4, 2: 4, 4: 6, 7: 8, 10: 8, 14: 10, 21: 10, 28: 8, 35: 6, 42: 4})


class BookingDesk:
    """Books places: primary care through pretix, everybody else through Eventbrite."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._flaws = cycle(FLAWS)
        self._booked_n = 0
        self._latest_pretix: Booking | None = None

    def book(
        self,
        person: Person,
        session: Session,
        *,
        ends_as: BookingState = "booked",
        days_ahead: tuple[int, int] | None = None,
        is_sound: bool = False,
    ) -> Booking:
        """Book a place for the person and return the booking, also kept with the person.

        Args:
            person: Who books; a person without e-mail leaves it blank.
            session: For which session.
            ends_as: Status in the end; what led to it is invented.
            days_ahead: Least and most days between booking and session; else as people usually do.
            is_sound: Whether the row certainly has no flaw.
        """
        days = self._draws.between(*days_ahead) if days_ahead else self._draws.weighted(_DAYS_AHEAD)
        booked_at = time_of_day(session.starts - timedelta(days=days), self._draws)
        flaw = "" if is_sound or not self._draws.chance(_FLAWED) else next(self._flaws)
        if person.employment.is_primary:
            booking = self._pretix(person, session, booked_at, may_join=days_ahead is None)
        else:
            booking = self._eventbrite(person, session, booked_at)
        booking.flaw = flaw
        booking.states = self._states(booking, ends_as)
        booking.consents = self._consents(booking)
        person.bookings.append(booking)
        return booking

    def _pretix(self, person: Person, session: Session, booked_at: datetime, *, may_join: bool) -> Booking:
        self._booked_n += 1
        order, position, buyer_email = order_code(self._booked_n), 1, person.email
        colleague = self._latest_pretix
        if may_join and colleague and colleague.session.number == session.number and self._is_in_a_group():
            # The colleague booked for both: one order, one time, the colleague's address as contact.
            order, position, booked_at = colleague.order, colleague.position + 1, colleague.booked_at
            buyer_email = colleague.buyer_email if person.email else ""
        self._latest_pretix = Booking(
            "pretix", self._booked_n, order, position, f"{order} {position}", session, booked_at,
            [], person.employment, person.email, buyer_email,
        )  # fmt: skip
        return self._latest_pretix

    def _is_in_a_group(self) -> bool:
        return self._draws.chance(_IN_A_GROUP)

    def _eventbrite(self, person: Person, session: Session, booked_at: datetime) -> Booking:
        self._booked_n += 1
        attendee = str(_FIRST_EVENTBRITE_NUMBER + 7 * self._booked_n)
        order = str(3 * _FIRST_EVENTBRITE_NUMBER + 11 * self._booked_n)
        # Eventbrite exports whole minutes.
        booked_at = booked_at.replace(second=0)
        return Booking(
            "eventbrite", self._booked_n, order, 1, attendee, session, booked_at,
            [], person.employment, person.email, person.email,
        )  # fmt: skip

    def _states(self, booking: Booking, ends_as: BookingState) -> list[tuple[datetime, BookingState]]:
        booked_at = booking.booked_at
        if ends_as == "pending":
            return [(booked_at, "pending")]
        states: list[tuple[datetime, BookingState]] = [(booked_at, "booked")]
        if booking.tool == "pretix" and self._draws.chance(_PAYS_LATER):
            states = [(booked_at, "pending")]
            if ends_as == "booked":
                states.append((self._between(booked_at, booking.session.starts), "booked"))
        if ends_as == "cancelled":
            states.append((self._between(booked_at, booking.session.starts), "cancelled"))
        return states

    def _consents(self, booking: Booking) -> list[tuple[datetime, bool]]:
        agrees = not self._draws.chance(_NO_CONTACT)
        consents = [(booking.booked_at, agrees)]
        if self._draws.chance(_CHANGES_MIND):
            changed_at = self._between(booking.booked_at, booking.session.starts + _LONGEST_DOUBT)
            consents.append((changed_at, not agrees))
        return consents

    def _between(self, booked_at: datetime, starts: datetime) -> datetime:
        minutes = int((starts - booked_at) / _MINUTE)
        return booked_at + self._draws.between(1, max(1, minutes - 1)) * _MINUTE


def time_of_day(day: datetime, draws: Draws) -> datetime:
    """A time on that day when people are up: the change of clocks skips or repeats none of them."""
    return datetime(  # noqa: DTZ001  # local times, as exported
        day.year, day.month, day.day, draws.pick(WAKING_HOURS), draws.between(0, 59), draws.between(0, 59)
    )
