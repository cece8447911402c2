"""Who answers which survey, when, and what the response carries to link it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from ccds_pipeline.synthetic.answers import Comments
from ccds_pipeline.synthetic.attendance import typed_email
from ccds_pipeline.synthetic.bookings import WAKING_HOURS, time_of_day
from ccds_pipeline.synthetic.dealer import Dealer
from ccds_pipeline.synthetic.draws import Draws, Weights
from ccds_pipeline.synthetic.identities import private_email, written_code
from ccds_pipeline.synthetic.records import Booking, Person, Response, Session, Wave
from ccds_pipeline.synthetic.timetable import AS_OF, Timetable


class Habits(NamedTuple):
    """How likely somebody is to answer each survey; and whether who does so attended."""

    pre: float
    post: float
    follow_up: float
    attends: bool = False


class _Asked(NamedTuple):
    """Who is asked about which session; invitations carry the reference of ``booking``, if there is one."""

    person: Person
    session: Session
    booking: Booking | None


class _Identity(NamedTuple):
    """What a response says of its writer; ``code`` is the personal code, before it is written."""

    email: str = ""
    booking: Booking | None = None
    session: Session | None = None
    code: str = ""


class _Carries(NamedTuple):
    """How often responses of a wave give only the code, name the session, carry the reference, or nothing."""

    only_code: float
    session: float
    reference: float
    nothing: float = 0


# How often these happen, per response.
_LATE_PRE, _WRONG_SESSION, _EDITED, _TWICE_PRE = 0.012, 0.008, 0.03, 0.012
_EARLY_POST, _BROKEN_OFF, _RETAKEN, _UNFINISHED_FOLLOW_UP = 0.004, 0.05, 0.03, 0.05
_NAMES_SESSION_PRE, _CARRIES_REFERENCE_PRE = 0.9, 0.5
_POST = _Carries(only_code=0.035, session=0.95, reference=0.9, nothing=0.006)
_FOLLOW_UP = _Carries(only_code=0.02, session=0.5, reference=0.85)
# Who gives nothing but the code names the session nearly always: the code is asked for with it.
_NAMES_SESSION_WITH_CODE, _GIVES_CODE = 0.98, 0.93
_PRE_EMAILS = Weights({"own": 0.89, "code": 0.085, "private": 0.015, "anonymous": 0.006, "blank": 0.004})
_EMAILS = Weights({"own": 0.93, "private": 0.03, "blank": 0.04})
_DAYS_BEFORE = Weights({0: 30, 1: 25, 2: 15, 3: 10, 5: 10, 7: 6, 10: 4})
_HOURS_TO_ANSWER = Weights({1: 0.85, 8: 0.10, 24: 0.05})
_FOLLOW_UP_DAYS = Weights(
    {(20, 27): 0.03, (28, 41): 0.10, (42, 49): 0.50, (50, 56): 0.18, (57, 70): 0.11, (71, 100): 0.08}
)


class SurveyDesk:
    """Has people answer surveys; the responses are kept with the person."""

    def __init__(self, draws: Draws, timetable: Timetable) -> None:
        self._draws = draws
        self._timetable = timetable
        self._dealer = Dealer(draws)
        self._comments = Comments(draws)
        self._numbers: Counter[Wave] = Counter()

    def ask(self, person: Person, session: Session, *, booking: Booking | None, habits: Habits) -> None:
        """Ask the person about one session in all three waves.

        Args:
            person: Who is asked.
            session: About which session.
            booking: Whose reference the invitations carry, if there is one.
            habits: How likely the person is to answer.
        """
        asked = _Asked(person, session, booking)
        if self._draws.chance(habits.pre):
            self._answer_pre(asked)
        if self._draws.chance(habits.post):
            self._answer_post(asked)
        if self._draws.chance(habits.follow_up):
            self._answer_follow_up(asked)
        self._dealer.deal(person, session, attends=habits.attends)

    def answer_early(self, person: Person, session: Session, *, booking: Booking, on: date) -> None:
        """Have the person answer the survey before, on that day, by the reference of the booking alone."""
        sent_at = time_of_day(datetime.combine(on, time()), self._draws)
        self._send_pre(_Asked(person, session, booking), sent_at, _Identity(booking=booking))
        self._dealer.deal(person, session, attends=False)

    def preview(self, session: Session) -> Response:
        """A trial run of the post survey by the people who built it."""
        sent_at = session.starts - timedelta(hours=2)
        response = self._response("post", session, sent_at, _Identity(), flaw="preview")
        self._dealer.preview(response)
        return response

    def _answer_pre(self, asked: _Asked) -> None:
        draws, person, session = self._draws, asked.person, asked.session
        own = _Identity(self._email(person, "own"), session=session, code=self._code(person))
        if draws.chance(_LATE_PRE):
            self._send_pre(asked, session.starts + timedelta(minutes=draws.between(30, 400)), own)
            return
        identity = self._pre_identity(asked)
        sent_at = self._time_before(session)
        self._send_pre(asked, sent_at, identity)
        if draws.chance(_TWICE_PRE):
            earlier = time_of_day(sent_at - timedelta(days=draws.between(1, 3)), draws)
            self._send_pre(asked, earlier, own)

    def _pre_identity(self, asked: _Asked) -> _Identity:
        draws, person, session = self._draws, asked.person, asked.session
        kind = draws.weighted(_PRE_EMAILS)
        if kind == "code":
            if person.code:
                return self._only_code(person, session)._replace(email=draws.pick(("anonymous", "")))
            kind = "own"
        if draws.chance(_WRONG_SESSION):
            wrong = self._timetable.session(draws.between(1, self._timetable.sessions_n))
            return _Identity(self._email(person, kind), session=wrong)
        named = session if draws.chance(_NAMES_SESSION_PRE) else None
        carried = asked.booking if draws.chance(_CARRIES_REFERENCE_PRE) else None
        return _Identity(self._email(person, kind), carried, named, code=self._code(person))

    def _only_code(self, person: Person, session: Session) -> _Identity:
        named = session if self._draws.chance(_NAMES_SESSION_WITH_CODE) else None
        return _Identity(session=named, code=person.code)

    def _code(self, person: Person) -> str:
        return person.code if self._draws.chance(_GIVES_CODE) else ""

    def _send_pre(self, asked: _Asked, sent_at: datetime, identity: _Identity) -> None:
        draws, session = self._draws, asked.session
        response = self._response("pre", session, sent_at, identity, comment=self._comments.hope())
        if sent_at < session.starts and draws.chance(_EDITED):
            seconds_left = int((session.starts - sent_at).total_seconds())
            response.edited_at = sent_at + timedelta(seconds=draws.between(1, seconds_left - 600))
        asked.person.responses.append(response)

    def _answer_post(self, asked: _Asked) -> None:
        draws, session = self._draws, asked.session
        if asked.booking is not None and draws.chance(_EARLY_POST):
            self._send_post(asked, session.starts - timedelta(days=1), _Identity(booking=asked.booking))
            return
        sent_at = self._time_after(session.ends)
        identity = self._identity(asked, _POST)
        if draws.chance(_BROKEN_OFF):
            broken_off = sent_at - timedelta(minutes=1)
            unfinished = self._response("post", session, broken_off, identity, flaw="unfinished")
            asked.person.responses.append(unfinished)
        self._send_post(asked, sent_at, identity)
        if draws.chance(_RETAKEN):
            again = self._time_after(sent_at + timedelta(minutes=5))
            self._send_post(asked, again, self._identity(asked, _POST))

    def _send_post(self, asked: _Asked, sent_at: datetime, identity: _Identity) -> None:
        comment = self._comments.intention()
        response = self._response("post", asked.session, sent_at, identity, comment=comment)
        asked.person.responses.append(response)

    def _answer_follow_up(self, asked: _Asked) -> None:
        draws, session = self._draws, asked.session
        days = draws.between(*draws.weighted(_FOLLOW_UP_DAYS))
        sent_at = time_of_day(session.starts + timedelta(days=days), draws)
        if sent_at.date() >= AS_OF or _refuses(asked.person, session, sent_at):
            return
        identity = self._identity(asked, _FOLLOW_UP)
        flaw = "unfinished" if draws.chance(_UNFINISHED_FOLLOW_UP) else ""
        comment = self._comments.use()
        response = self._response("follow_up", session, sent_at, identity, comment=comment, flaw=flaw)
        asked.person.responses.append(response)

    def _response(
        self,
        wave: Wave,
        session: Session,
        sent_at: datetime,
        identity: _Identity,
        *,
        comment: str = "",
        flaw: str = "",
    ) -> Response:
        self._numbers[wave] += 1
        started_at = sent_at - timedelta(seconds=self._draws.between(40, 900))
        return Response(
            wave, self._numbers[wave], session, started_at, sent_at, identity.email, (), comment,
            session=identity.session, booking=identity.booking, flaw=flaw,
            link_code=written_code(identity.code, self._draws) if identity.code else "",
        )  # fmt: skip

    def _identity(self, asked: _Asked, carries: _Carries) -> _Identity:
        draws, person, session = self._draws, asked.person, asked.session
        if person.code and draws.chance(carries.only_code):
            return self._only_code(person, session)
        named = session if draws.chance(carries.session) else None
        if carries.nothing and draws.chance(carries.nothing):
            return _Identity(session=named)
        carried = asked.booking if draws.chance(carries.reference) else None
        email = self._email(person, draws.weighted(_EMAILS))
        return _Identity(email, carried, named, code=self._code(person))

    def _email(self, person: Person, kind: str) -> str:
        if kind == "anonymous":
            return kind
        if not person.email or kind == "blank":
            return ""
        if kind == "private":
            return private_email(person.first_name, self._draws.between(1, 10**9), self._draws)
        return typed_email(person.email, self._draws)

    def _time_before(self, session: Session) -> datetime:
        days = self._draws.weighted(_DAYS_BEFORE)
        if days == 0:
            return session.starts - timedelta(minutes=self._draws.between(25, 120))
        return time_of_day(session.starts - timedelta(days=days), self._draws)

    def _time_after(self, moment: datetime) -> datetime:
        hours = self._draws.weighted(_HOURS_TO_ANSWER)
        answered = moment + timedelta(seconds=self._draws.between(60, hours * 3600))
        if answered.hour in WAKING_HOURS:
            return answered
        return time_of_day(answered + timedelta(hours=9), self._draws)


def _refuses(person: Person, session: Session, moment: datetime) -> bool:
    """Whether a booking of the session says at that moment that the person may not be contacted."""
    bookings = [b for b in person.bookings if b.is_active and b.session.number == session.number]
    answers = [[agrees for at, agrees in booking.consents if at <= moment] for booking in bookings]
    return any(known and not known[-1] for known in answers)
