"""What an ideal evaluator makes of one session's people: what they attended, and which answers count.

These are the programme's rules in plain Python, apart from the pipeline's SQL and on purpose without
anything of it: the demonstration's truth must not repeat a mistake of the pipeline. Who answered is
known here; what the evaluator may use of it is only what the records show. How personal codes link
belongs in ``codes_compared``.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ccds_pipeline.synthetic.attendance import THRESHOLD, Join, present_time
from ccds_pipeline.synthetic.records import UNKNOWN, Booking, Employment, Person, Response, Session, Wave
from ccds_pipeline_tests.truth.codes_compared import Link, State, Tier, link_by_codes

NOBODY = Employment("", "", is_primary=False, region=UNKNOWN, care_setting=UNKNOWN, staff_group=UNKNOWN)


@dataclass(slots=True)
class AttendedSession:
    """One session that a participant attended, with the links that count for it, by wave.

    ``is_withdrawn`` says whether any booking of the participant asks not to be contacted afterwards.
    """

    session: Session
    employment: Employment
    is_withdrawn: bool
    valid: dict[Wave, Link] = field(default_factory=dict)


@dataclass(slots=True)
class Participant:
    """One person, as far as records show who that is; ``attended`` by number of the session.

    ``shares_address`` says whether others book places of their own under the same address: then, and
    without any address, the name says who is who, where the place was booked under it.
    """

    person: Person
    shares_address: bool
    attended: dict[int, AttendedSession] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What tells the participant from others: the address alone, or with the name."""
        own = self.person.email
        return own if own and not self.shares_address else f"{own} {self.person.name}"

    @property
    def bookings(self) -> list[Booking]:
        """The bookings that load."""
        return [booking for booking in self.person.bookings if not booking.flaw]

    @property
    def is_known(self) -> bool:
        """Whether any record but answers shows the address."""
        return bool(self.bookings) or any(identifies(p.email, self.person) for p in self.person.presences)

    def is_identified_in(self, session: Session) -> bool:
        """Whether a join of that session is known to be theirs: by address, or by the name of a place."""
        books = any(b.is_active and b.session.number == session.number for b in self.bookings)
        joins = any(
            p.session.number == session.number and identifies(p.email, self.person)
            for p in self.person.presences
        )
        return books or (joins and not self.shares_address)


@dataclass(slots=True)
class Evaluation:
    """Participants with what they attended, and what became of each loaded response."""

    participants: list[Participant]
    links: list[Link]


def evaluate(people: Sequence[Person]) -> Evaluation:
    """Return what an ideal evaluator finds of the people whose story begins with one session."""
    participants = _participants(people)
    for participant in participants:
        participant.attended = _attended(participant)
    links = [
        _link(response, participant)
        for participant in participants
        for response in participant.person.responses
        if not response.flaw
    ]
    link_by_codes(links)
    by_name = {participant.name: participant for participant in participants}
    for link in sorted(links, key=_submitted_at):
        _judge(link, by_name)
    return Evaluation(participants, links)


def identifies(email: str, person: Person) -> bool:
    """Whether an address as typed is the person's."""
    return bool(person.email) and unicodedata.normalize("NFKC", email).strip().casefold() == person.email


def attended_time(session: Session, joins: tuple[Join, ...]) -> timedelta:
    """How long somebody was there while the session was on."""
    return present_time(
        tuple((max(joined, session.starts), min(left, session.ends)) for joined, left in joins)
    )


def is_present(participant: Participant, session: Session) -> bool:
    """Whether the session's report shows the participant, however shortly."""
    shown = any(presence.session.number == session.number for presence in participant.person.presences)
    return shown and participant.is_identified_in(session)


def _participants(people: Iterable[Person]) -> list[Participant]:
    everybody = list(people)
    addresses = Counter(person.email for person in everybody)
    return [Participant(person, bool(person.email) and addresses[person.email] > 1) for person in everybody]


def _attended(participant: Participant) -> dict[int, AttendedSession]:
    sessions: dict[int, Session] = {}
    joins: defaultdict[int, list[Join]] = defaultdict(list)
    for presence in participant.person.presences:
        if participant.is_identified_in(presence.session):
            sessions[presence.session.number] = presence.session
            joins[presence.session.number] += presence.joins
    return {
        session.number: AttendedSession(session, _employment(participant, session), _refuses(participant))
        for session in sorted(sessions.values(), key=_starts)
        if attended_time(session, tuple(joins[session.number])) >= THRESHOLD
    }


def _employment(participant: Participant, session: Session) -> Employment:
    """Return what the booking says that speaks for the session: its own, else the latest of any."""
    bookings = participant.bookings
    own = [b for b in bookings if b.session.number == session.number and b.state != "cancelled"]
    latest = max(own or bookings, key=_booked_at, default=None)
    return latest.employment if latest is not None else NOBODY


def _refuses(participant: Participant) -> bool:
    return any(booking.consents and not booking.consents[-1][1] for booking in participant.bookings)


def _starts(session: Session) -> datetime:
    return session.starts


def _booked_at(booking: Booking) -> datetime:
    return booking.booked_at


def _submitted_at(link: Link) -> datetime:
    return link.response.submitted_at


def _link(response: Response, participant: Participant) -> Link:
    """Return what reference and address say; ``is_open`` where neither says who answered."""
    person, name = participant.person, participant.name
    reference = response.booking if response.booking and not response.booking.flaw else None
    if reference is not None and _was_moved_away(reference, response):
        return Link(response, person, "none", None, outcome="ambiguous")
    if reference is not None:
        return Link(response, person, "reference", reference.session, name, person.email)
    if not (identifies(response.email, person) and participant.is_known):
        return Link(response, person, "none", None, is_open=True)
    session = response.session or _session_by_time(response, participant)
    if session is not None and participant.shares_address:
        return Link(response, person, "none", None, address=person.email, outcome="collided", is_open=True)
    tier: Tier = "email" if session is not None else "none"
    return Link(response, person, tier, session, name if session is not None else "", person.email)


def _was_moved_away(booking: Booking, response: Response) -> bool:
    """Whether the place was moved to another session after the response, which then is about neither."""
    return booking.earlier is not None and response.about.number != booking.session.number


def _session_by_time(response: Response, participant: Participant) -> Session | None:
    """Return the attended session that comes next (before it), or was last (after it)."""
    sessions = [entry.session for entry in participant.attended.values()]
    if response.wave == "pre":
        return next((s for s in sessions if s.starts >= response.submitted_at), None)
    return next((s for s in reversed(sessions) if s.starts <= response.submitted_at), None)


def _judge(link: Link, by_name: dict[str, Participant]) -> None:
    """Say whether a response counts; an earlier one of the respondent then no longer does."""
    participant = by_name.get(link.owner)
    if link.tier == "none" or link.session is None or participant is None:
        link.state = "not_linked"
        return
    entry = participant.attended.get(link.session.number)
    link.state = "not_attended" if entry is None else _state_by_time(link.response, link.session)
    if entry is None or link.state != "valid":
        return
    if link.response.wave in entry.valid:
        entry.valid[link.response.wave].state = "superseded"
    entry.valid[link.response.wave] = link


def _state_by_time(response: Response, session: Session) -> State:
    is_before = response.submitted_at <= session.starts
    is_in_time = is_before if response.wave == "pre" else response.submitted_at >= session.starts
    return "valid" if is_in_time else "wrong_time"


def link_quality(links: Iterable[Link]) -> Counter[tuple[Wave, str]]:
    """Count responses by wave and what linked them, or why nothing did."""
    return Counter(
        (link.response.wave, link.tier if link.outcome == "matched" else link.outcome) for link in links
    )
