"""Presences → Microsoft Teams attendance reports: one UTF-16 file per session, in numbered sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from ccds_pipeline.synthetic.attendance import present_time
from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports.files import Ledger, delivered_path
from ccds_pipeline.synthetic.records import Presence, Session
from ccds_pipeline.synthetic.timetable import deliveries_of

SOURCE_ID = "teams_attendance"
_TITLE = "Compassionate Conversations for Difficult Situations"
_PARTICIPANTS = "Name\tFirst join\tLast leave\tIn-meeting duration\tEmail\tParticipant ID (UPN)\tRole"
_ACTIVITIES = "Name\tJoin time\tLeave time\tDuration\tEmail\tRole"
_FACILITATORS = tuple(
    (name, f"{name.lower().replace(' ', '.')}@provider.example")
    for name in (
        "Ada Facilitator",
        "Ben Facilitator",
        "Cleo Facilitator",
        "Dev Facilitator",
        "Eve Facilitator",
    )
)
# One report in so many was saved twice, or shows somebody who joined at a time that does not exist.
_EVERY_SAVED_TWICE, _EVERY_IMPOSSIBLE = 60, 45


class TeamsExport:
    """Writes the report of one session after the other."""

    def __init__(self, out: Path, draws: Draws) -> None:
        self.ledger = Ledger()
        self._draws = draws
        self._source = out / SOURCE_ID

    def write(self, session: Session, presences: Sequence[Presence]) -> None:
        """Write one session's report, with its facilitators, to every delivery that brings it."""
        staff = self._facilitators(session)
        has_impossible = session.number % _EVERY_IMPOSSIBLE == 0
        report = "\r\n".join(_report(session, staff, presences, has_impossible=has_impossible))
        content = f"\ufeff{report}\r\n".encode("utf-16-le")
        rows = len(staff) + sum(len(presence.joins) for presence in presences)
        name = f"{session.code} synthetic - Attendance report {session.starts:%d-%m-%y}"
        deliveries = deliveries_of((session.ends,))
        for delivery in deliveries:
            delivered_path(self._source, delivery, f"{name}.csv").write_bytes(content)
            self.ledger.count("loaded", rows)
            self.ledger.count("rejected", int(has_impossible))
        if session.number % _EVERY_SAVED_TWICE == 7 and not has_impossible:  # noqa: PLR2004  # any one
            delivered_path(self._source, deliveries[0], f"{name} (1).csv").write_bytes(content)
            self.ledger.count("duplicate", rows)

    def _facilitators(self, session: Session) -> list[tuple[str, Presence]]:
        roles = ("Organizer" if session.number % 3 else "Organiser", "Presenter")
        staff = []
        for position, role in enumerate(roles):
            name, email = _FACILITATORS[(session.number + position) % len(_FACILITATORS)]
            joined = session.starts - timedelta(seconds=self._draws.between(360, 840))
            left = session.ends + timedelta(seconds=self._draws.between(30, 300))
            staff.append((role, Presence(session, name, email, ((joined, left),))))
        return staff


def _report(
    session: Session,
    staff: Sequence[tuple[str, Presence]],
    presences: Sequence[Presence],
    *,
    has_impossible: bool,
) -> Iterator[str]:
    everybody = [*staff, *(("Attendee", presence) for presence in presences)]
    yield from _summary(session, [presence for _, presence in everybody])
    yield ""
    yield "2. Participants"
    yield _PARTICIPANTS
    for role, presence in everybody:
        first, last = presence.joins[0][0], max(left for _, left in presence.joins)
        shown = f"{presence.name}\t{_time(first)}\t{_time(last)}\t{_duration(present_time(presence.joins))}"
        yield f"{shown}\t{presence.email}\t{presence.email}\t{role}"
    yield ""
    yield "3. In-Meeting activities"
    yield _ACTIVITIES
    for role, presence in everybody:
        for joined, left in presence.joins:
            shown = f"{presence.name}\t{_time(joined)}\t{_time(left)}\t{_duration(left - joined)}"
            yield f"{shown}\t{presence.email}\t{role}"
    if has_impossible:
        yield f"Guest\t31/02/22, 09:30:00\t{_time(session.ends)}\t5m 1s\t\tAttendee"


def _summary(session: Session, presences: Sequence[Presence]) -> Iterator[str]:
    joins = [join for presence in presences for join in presence.joins]
    starts, ends = min(joined for joined, _ in joins), max(left for _, left in joins)
    total = sum((present_time(presence.joins) for presence in presences), timedelta())
    yield "1. Summary"
    yield f"Meeting title\t{_TITLE} {session.code} (synthetic)"
    yield f"Attended participants\t{len(presences)}"
    yield f"Start time\t{_time(starts)}"
    yield f"End time\t{_time(ends)}"
    yield f"Meeting duration\t{_duration(ends - starts)}"
    yield f"Average attendance time\t{_duration(total / len(presences))}"


def _time(moment: datetime) -> str:
    iso = str(moment)
    return f"{iso[8:10]}/{iso[5:7]}/{iso[2:4]}, {iso[11:19]}"


def _duration(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return " ".join(f"{n}{unit}" for n, unit in parts if n) or "0s"
