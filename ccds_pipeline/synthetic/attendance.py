"""When people join and leave a meeting: rejoins, two devices at once, some for a short time only."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccds_pipeline.synthetic.draws import Draws, Weights
from ccds_pipeline.synthetic.records import Person, Presence, Session

Join = tuple[datetime, datetime]

THRESHOLD = timedelta(minutes=30)

_SECOND, _WAITING = timedelta(seconds=1), timedelta(hours=1)
_LONG_STAYS = Weights({"whole": 0.835, "gap": 0.10, "two_devices": 0.04, "part": 0.02, "threshold": 0.005})
_SHORT_STAYS = Weights({"short": 0.7, "two_devices": 0.2, "threshold": 0.1})
_NAMES_SHOWN = Weights({"plain": 0.93, "external": 0.04, "guest": 0.03})
_EMAILS_TYPED = Weights({"plain": 0.86, "upper": 0.05, "title": 0.05, "spaces": 0.04})


def present_time(joins: tuple[Join, ...]) -> timedelta:
    """How long somebody was there: time on two devices at once counts once."""
    total = timedelta()
    covered_until = datetime.min  # noqa: DTZ901  # compared with local times only
    for joined, left in sorted(joins):
        begins = max(joined, covered_until)
        if left > begins:
            total += left - begins
            covered_until = left
    return total


def presence(
    person: Person, session: Session, *, joins: tuple[Join, ...], draws: Draws, shows_email: bool = True
) -> Presence:
    """The person in the meeting, with name and e-mail as a meeting shows them."""
    email = typed_email(person.email, draws) if shows_email else ""
    return Presence(session, _shown_name(person, draws), email, joins)


def typed_email(email: str, draws: Draws) -> str:
    """The address as people type it: at times in other case or with spaces around it."""
    typing = draws.weighted(_EMAILS_TYPED)
    if typing == "upper":
        return email.upper()
    if typing == "title":
        return email.title()
    return f" {email} " if typing == "spaces" else email


def long_stay(session: Session, draws: Draws) -> tuple[Join, ...]:
    """Joins of somebody who attends: at least the threshold, mostly the whole session."""
    joined = _arrival(session, draws)
    left = session.ends - _seconds(draws, 0, 6)
    match draws.weighted(_LONG_STAYS):
        case "gap":
            dropped = joined + _seconds(draws, 20, 110)
            return (joined, dropped), (dropped + _seconds(draws, 1, 25), left)
        case "two_devices":
            return (joined, left), (joined + _seconds(draws, 1, 20), left - _SECOND)
        case "part":
            return ((joined, joined + _seconds(draws, 35, 100)),)
        case "threshold":
            return ((joined, max(joined, session.starts) + THRESHOLD),)
    return ((joined, left),)


def short_stay(session: Session, draws: Draws, *, waits: bool) -> tuple[Join, ...]:
    """Joins of somebody who was there, but not long enough to have attended.

    Who ``waits`` may have joined an hour before the session: that counts for nothing.
    """
    joined = session.starts + _seconds(draws, 0, 40)
    match draws.weighted(_SHORT_STAYS):
        case "two_devices":
            # Twenty minutes on each of two devices are less than thirty of a person.
            later = joined + _seconds(draws, 1, 5)
            length = timedelta(minutes=20)
            return (joined, joined + length), (later, later + length)
        case "threshold":
            begins = session.starts if waits else joined
            return ((begins - _WAITING if waits else begins, begins + THRESHOLD - _SECOND),)
    return ((joined, joined + _seconds(draws, 2, 25)),)


def single_stay(session: Session, draws: Draws) -> tuple[Join, ...]:
    """One join without interruption; a few are short."""
    joined = _arrival(session, draws)
    return ((joined, joined + (_seconds(draws, 5, 25) if draws.chance(0.1) else _seconds(draws, 90, 170))),)


def _arrival(session: Session, draws: Draws) -> datetime:
    return session.starts + _seconds(draws, -5, 8)


def _seconds(draws: Draws, low_minutes: int, high_minutes: int) -> timedelta:
    return timedelta(seconds=draws.between(60 * low_minutes, 60 * high_minutes))


def _shown_name(person: Person, draws: Draws) -> str:
    shown = draws.weighted(_NAMES_SHOWN)
    if shown == "external":
        return f"{person.last_name.upper()}, {person.first_name} (EXT)"
    return f"{person.name} (Guest)" if shown == "guest" else person.name
