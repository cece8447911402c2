"""What is invented: sessions, people, and what they book, attend and answer.

Times are local (Europe/London) without zone, as the tools export them. How records look in a file
belongs in ``exports``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

# States of an answer beside places on a scale (from 1) and scores (from 0).
BLANK, NOT_APPLICABLE, NOT_UNDERSTOOD = -1, -2, -3
UNKNOWN = "unknown"

# Flaws that mark a row as none of the programme's; any other flaw breaks a rule.
EXCLUDING_FLAWS = frozenset({"test", "preview", "unfinished"})

BookingState = Literal["booked", "pending", "cancelled"]
Outcome = Literal["loaded", "duplicate", "excluded", "rejected"]
Wave = Literal["pre", "post", "follow_up"]
Tool = Literal["pretix", "eventbrite"]


@dataclass(frozen=True, slots=True)
class Session:
    """A training session; without report nobody's attendance is known."""

    number: int
    code: str
    starts: datetime
    ends: datetime
    month: str
    is_reported: bool


@dataclass(frozen=True, slots=True)
class Employment:
    """Employer and job as somebody types them, and what an ideal reader makes of that.

    ``is_primary`` says where the person really works, whatever they typed.
    """

    organisation: str
    job_title: str
    is_primary: bool
    region: str
    care_setting: str
    staff_group: str


@dataclass(frozen=True, slots=True)
class EarlierSeat:
    """Who held a place, and in which session, until it changed hands or was moved."""

    person: Person
    session: Session
    until: datetime


@dataclass(slots=True)
class Booking:
    """A place in a session. ``states`` are the changes of its status, oldest first.

    ``reference`` is what surveys carry; ``flaw`` says what keeps its row from loading, if anything.
    ``consents`` are the answers to whether the person may be contacted for the follow-up, oldest first.
    """

    tool: Tool
    number: int
    order: str
    position: int
    reference: str
    session: Session
    booked_at: datetime
    states: list[tuple[datetime, BookingState]]
    employment: Employment
    email: str
    buyer_email: str
    flaw: str = ""
    consents: list[tuple[datetime, bool]] = field(default_factory=list)
    earlier: EarlierSeat | None = None

    def before(self, seat: EarlierSeat) -> Booking:
        """Return the booking as it was until the place changed hands or was moved."""
        holder = seat.person
        return replace(
            self,
            session=seat.session,
            email=holder.email,
            buyer_email=holder.email,
            employment=holder.employment,
        )

    @property
    def state(self) -> BookingState:
        """The latest status."""
        return self.states[-1][1]

    @property
    def is_active(self) -> bool:
        """Whether the row loads and the place was not cancelled."""
        return not self.flaw and self.state != "cancelled"

    @property
    def changed_at(self) -> tuple[datetime, ...]:
        """When the booking was made and when it changed."""
        moments = {moment for moment, _ in [*self.states, *self.consents]}
        if self.earlier is not None:
            moments.add(self.earlier.until)
        return tuple(sorted(moments))


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody in a session's meeting, under the e-mail shown there (blank: joined by name only)."""

    session: Session
    name: str
    email: str
    joins: tuple[tuple[datetime, datetime], ...]


@dataclass(slots=True)
class Response:
    """A survey response.

    ``about`` is the session that the writer means, ``session`` the one that the response names;
    ``booking`` is the one whose reference it carries. ``first_answers`` were sent before it was edited
    at ``edited_at``. ``flaw`` says what keeps its row from loading, if anything. ``link_code`` is the
    personal code as written.
    """

    wave: Wave
    number: int
    about: Session
    started_at: datetime
    submitted_at: datetime
    email: str
    answers: tuple[int, ...]
    comment: str
    session: Session | None = None
    booking: Booking | None = None
    edited_at: datetime | None = None
    first_answers: tuple[int, ...] | None = None
    flaw: str = ""
    link_code: str = ""


@dataclass(slots=True)
class Person:
    """Somebody invented; ``email`` is normalised, and blank where the person gives none.

    ``code`` is the personal code, blank where surveys are not to carry one.
    """

    first_name: str
    last_name: str
    email: str
    phone: str
    employment: Employment
    code: str = ""
    bookings: list[Booking] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def outcome_of(flaw: str) -> Outcome:
    """What becomes of a row with that flaw; the first row with its key, if it has none."""
    if not flaw:
        return "loaded"
    return "excluded" if flaw in EXCLUDING_FLAWS else "rejected"
