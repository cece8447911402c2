"""What an ideal evaluator makes of one person's records: what they attended, and which answers count.

These are the programme's rules in plain Python, apart from the pipeline's SQL and on purpose without
anything of it: the demonstration's truth must not repeat a mistake of the pipeline.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ccds_pipeline.synthetic.attendance import THRESHOLD, attended_time
from ccds_pipeline.synthetic.records import UNKNOWN, Booking, Employment, Person, Response, Session, Wave

Tier = Literal["reference", "email", "none"]
State = Literal["valid", "superseded", "wrong_time", "not_attended", "not_linked"]

NOBODY = Employment("", "", is_primary=False, region=UNKNOWN, care_setting=UNKNOWN, staff_group=UNKNOWN)


@dataclass(slots=True, eq=False)
class Link:
    """How one loaded response was linked, to what, and whether it counts."""

    response: Response
    tier: Tier
    session: Session | None
    state: State


@dataclass(slots=True)
class AttendedSession:
    """One session that a person attended, with the link that counts for it in each wave."""

    session: Session
    employment: Employment
    valid: dict[Wave, Link] = field(default_factory=dict)


def evaluate(person: Person) -> tuple[list[AttendedSession], list[Link]]:
    """Return what the person attended, in time order, and what became of each loaded response."""
    attended = {number: AttendedSession(s, _employment(person, s)) for number, s in _attended(person).items()}
    links = [_link(response, person, attended) for response in person.responses if not response.flaw]
    for link in sorted(links, key=_submitted_at):
        if link.state == "valid" and link.session is not None:
            attended[link.session.number].valid[link.response.wave] = link
    kept = [link for entry in attended.values() for link in entry.valid.values()]
    for link in links:
        if link.state == "valid" and link not in kept:
            link.state = "superseded"
    return list(attended.values()), links


def identifies(email: str, person: Person) -> bool:
    """Whether an address as typed is the person's."""
    return bool(person.email) and unicodedata.normalize("NFKC", email).strip().casefold() == person.email


def is_present(person: Person, session: Session) -> bool:
    """Whether the session's report shows the person, however shortly."""
    return any(
        presence.session.number == session.number and identifies(presence.email, person)
        for presence in person.presences
    )


def _attended(person: Person) -> dict[int, Session]:
    sessions = [
        presence.session
        for presence in person.presences
        if attended_time(presence.session, presence.joins) >= THRESHOLD and identifies(presence.email, person)
    ]
    return {session.number: session for session in sorted(sessions, key=lambda session: session.starts)}


def _employment(person: Person, session: Session) -> Employment:
    """Return what the booking says that speaks for the session: its own, else the latest of any."""
    bookings = [booking for booking in person.bookings if not booking.flaw]
    own = [b for b in bookings if b.session.number == session.number and b.state != "cancelled"]
    latest = max(own or bookings, key=_booked_at, default=None)
    return latest.employment if latest is not None else NOBODY


def _booked_at(booking: Booking) -> datetime:
    return booking.booked_at


def _submitted_at(link: Link) -> datetime:
    return link.response.submitted_at


def _link(response: Response, person: Person, attended: dict[int, AttendedSession]) -> Link:
    tier: Tier
    session: Session | None
    if response.booking is not None and not response.booking.flaw:
        tier, session = "reference", response.booking.session if person.email else None
    elif identifies(response.email, person):
        tier, session = "email", response.session or _session_by_time(response, attended)
    else:
        tier, session = "none", None
    if session is None:
        return Link(response, tier, session, "not_linked")
    if session.number not in attended:
        return Link(response, tier, session, "not_attended")
    is_before = response.submitted_at <= session.starts
    is_in_time = is_before if response.wave == "pre" else response.submitted_at >= session.starts
    return Link(response, tier, session, "valid" if is_in_time else "wrong_time")


def _session_by_time(response: Response, attended: dict[int, AttendedSession]) -> Session | None:
    """Return the attended session that comes next (before it), or was last (after it)."""
    sessions = [entry.session for entry in attended.values()]
    if response.wave == "pre":
        return next((s for s in sessions if s.starts >= response.submitted_at), None)
    return next((s for s in reversed(sessions) if s.starts <= response.submitted_at), None)
