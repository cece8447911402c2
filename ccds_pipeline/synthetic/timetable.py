"""When sessions are held and exports delivered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.records import Booking, BookingState, Session

FIRST_DAY, LAST_DAY = date(2021, 10, 4), date(2022, 6, 17)
STARTS = (time(9, 30), time(13, 30))
LENGTH = timedelta(hours=3)
DELIVERY_DATES = (
    date(2021, 12, 31),
    date(2022, 2, 28),
    date(2022, 4, 30),
    date(2022, 6, 30),
    date(2022, 8, 31),
)
AS_OF = DELIVERY_DATES[-1]
_JUST_BEFORE, _LONG_BEFORE = timedelta(days=3), timedelta(days=30)
# A delivery repeats what the week before the last delivery brought.
OVERLAP = timedelta(days=7)

_PEOPLE_PER_SESSION = 19.6
_MOST_JITTER = 6
_EVERY_UNREPORTED, _FIRST_UNREPORTED = 89, 41
_BANK_HOLIDAYS = frozenset(
    {date(2022, 4, 15), date(2022, 4, 18), date(2022, 5, 2), date(2022, 6, 2), date(2022, 6, 3)}
)
_CHRISTMAS = (date(2021, 12, 24), date(2022, 1, 3))


class Timetable:
    """The sessions of a demonstration, spread evenly over the programme's working days.

    A few sessions have no report; their number comes on top of what the participants need.
    """

    def __init__(self, participants: int) -> None:
        held = max(1, round(participants / _PEOPLE_PER_SESSION))
        self.sessions_n = held + sum(not _is_reported(number) for number in range(1, held + 1))
        self._slots = [datetime.combine(day, start) for day in _working_days() for start in STARTS]

    def __iter__(self) -> Iterator[Session]:
        return (self.session(number) for number in range(1, self.sessions_n + 1))

    @cached_property
    def reported_n(self) -> int:
        """How many sessions have a report."""
        return sum(_is_reported(number) for number in range(1, self.sessions_n + 1))

    def session(self, number: int) -> Session:
        """The session of that number, from 1."""
        starts = self._slots[(2 * number - 1) * len(self._slots) // (2 * self.sessions_n)]
        return Session(
            number=number,
            code=f"CCDS-{number:04d}",
            starts=starts,
            ends=starts + LENGTH,
            month=f"{starts:%Y-%m}",
            is_reported=_is_reported(number),
        )

    def later_session(self, session: Session, *, days: int) -> Session | None:
        """A reported session about so many days later, at least a week; None past the end."""
        days_of_programme = (LAST_DAY - FIRST_DAY).days + 1
        number = session.number + max(1, round(days * self.sessions_n / days_of_programme))
        for candidate in range(number, min(number + self.sessions_n // 8 + 3, self.sessions_n + 1)):
            later = self.session(candidate)
            if later.is_reported and later.starts - session.starts >= timedelta(days=7):
                return later
        return None


def split_people(participants: int, sessions_n: int, draws: Draws) -> Iterator[int]:
    """Divide participants over sessions: about equal parts that differ a little, and none left over."""
    left = participants
    for sessions_left in range(sessions_n, 1, -1):
        fair = left / sessions_left
        room = min(_MOST_JITTER, fair / 2)
        size = round(fair + room * (2 * draws.unit() - 1))
        left -= size
        yield size
    yield left


def deliveries_of(moments: tuple[datetime, ...]) -> tuple[int, ...]:
    """Return which deliveries (from 0) bring a record that was made or changed at these moments.

    A delivery is exported on the morning of its date and brings what changed since the one before it,
    and in the week before that. What changes after the last delivery is in none.
    """
    if len(moments) == 1:
        return _deliveries_of_day(moments[0].date())
    return tuple(sorted({delivery for moment in moments for delivery in _deliveries_of_day(moment.date())}))


@lru_cache(maxsize=512)
def _deliveries_of_day(day: date) -> tuple[int, ...]:
    first = bisect_right(DELIVERY_DATES, day)
    if first == len(DELIVERY_DATES):
        return ()
    is_repeated = first + 1 < len(DELIVERY_DATES) and day >= DELIVERY_DATES[first] - OVERLAP
    return (first, first + 1) if is_repeated else (first,)


def is_known_at(moment: datetime, delivery: int) -> bool:
    """Whether that delivery's export (from 0) already has what happened then."""
    return moment.date() < DELIVERY_DATES[delivery]


def delivery_before(session: Session) -> date | None:
    """Return the last delivery that is three to thirty days before a session, and not the last of all."""
    for delivered_on in DELIVERY_DATES[:-1]:
        if _JUST_BEFORE <= session.starts.date() - delivered_on <= _LONG_BEFORE:
            return delivered_on
    return None


def state_at(booking: Booking, delivery: int) -> BookingState:
    """The status of a booking when that delivery (from 0) was exported."""
    return [state for moment, state in booking.states if is_known_at(moment, delivery)][-1]


def may_be_contacted(booking: Booking, delivery: int) -> bool:
    """The answer about the follow-up when that delivery (from 0) was exported."""
    return [answer for moment, answer in booking.consents if is_known_at(moment, delivery)][-1]


def _is_reported(number: int) -> bool:
    return number % _EVERY_UNREPORTED != _FIRST_UNREPORTED


def _working_days() -> list[date]:
    days = (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return [
        day
        for day in days
        if day.isoweekday() <= 5  # noqa: PLR2004  # Friday
        and day not in _BANK_HOLIDAYS
        and not _CHRISTMAS[0] <= day <= _CHRISTMAS[1]
    ]
