"""Write the whole demonstration: deliveries of six sources, and the marker that says what they are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports import eventbrite, forms, pretix, qualtrics, surveymonkey, teams
from ccds_pipeline.synthetic.population import Population
from ccds_pipeline.synthetic.records import Person, Presence, Session, Tool, Wave
from ccds_pipeline.synthetic.timetable import AS_OF, Timetable, split_people

MARKER = "demonstration.json"
_NOTE = "Synthetic: people, bookings, attendance and answers are invented; nobody in them exists."
_TRIAL_BOOKINGS, _PREVIEWS = 0.05, 0.15


def write_demonstration(out: Path, *, participants: int, seed: int) -> None:
    """Write ``out/<source>/<date>/<file>``, and beside the sources a note and a marker.

    The same seed and number give the same files, byte for byte. Memory does not grow with the number.
    The marker, ``demonstration.json``, comes last: where it is, the deliveries are complete. It holds seed
    and number, the date as of which the deliveries are, and how many rows each source delivered and should
    load.

    Args:
        out: The landing folder, missing or empty: what lay there would be delivered too.
        participants: How many different people attend a session and can be identified, at least 1.
        seed: Where chance starts.
    """
    for _ in write_sessions(out, participants=participants, seed=seed):
        pass


def write_sessions(out: Path, *, participants: int, seed: int) -> Iterator[list[Person]]:
    """Write a demonstration, and yield the people whose story begins with each session.

    Nothing is written but what is asked for: the marker follows the people of the last session.
    """
    out.mkdir(parents=True, exist_ok=True)
    draws, timetable = Draws(seed), Timetable(participants)
    population = Population(draws, timetable)
    with closing(_Exports(out, draws)) as exports:
        sizes = split_people(participants, timetable.reported_n, draws)
        for session in timetable:
            people = population.people_of(session, attendees=next(sizes) if session.is_reported else 0)
            yield people
            for person in people:
                exports.write(person)
            if draws.chance(_TRIAL_BOOKINGS):
                exports.write(population.trial_booking(session))
            if draws.chance(_PREVIEWS):
                exports.qualtrics.write(population.preview(session), None)
            exports.write_report(session)
    (out / "README.txt").write_text(
        f"{_NOTE}\nMade by ccds_pipeline.synthetic for {participants} participants with seed {seed}.\n"
        f"{MARKER} holds how many rows each source delivered, and how many of them should load.\n",
        encoding="utf-8",
    )
    marker = {
        "synthetic": True,
        "note": _NOTE,
        "seed": seed,
        "participants": participants,
        "as_of": AS_OF.isoformat(),
        "ledger": exports.ledger(),
    }
    (out / MARKER).write_text(json.dumps(marker, indent=1) + "\n", encoding="utf-8")


class _Exports:
    """The six exports, and the presences that wait for their session's report."""

    def __init__(self, out: Path, draws: Draws) -> None:
        self.qualtrics = qualtrics.QualtricsExport(out, draws)
        self._teams = teams.TeamsExport(out, draws)
        self._bookings: dict[Tool, pretix.PretixExport | eventbrite.EventbriteExport] = {
            "pretix": pretix.PretixExport(out, draws),
            "eventbrite": eventbrite.EventbriteExport(out, draws),
        }
        self._surveys: dict[
            Wave, forms.FormsExport | qualtrics.QualtricsExport | surveymonkey.SurveyMonkeyExport
        ] = {
            "pre": forms.FormsExport(out, draws),
            "post": self.qualtrics,
            "follow_up": surveymonkey.SurveyMonkeyExport(out, draws),
        }
        self._waiting: defaultdict[int, list[Presence]] = defaultdict(list)

    def write(self, person: Person) -> None:
        """Write all that a person books and answers; what they attend waits for its session."""
        for booking in person.bookings:
            self._bookings[booking.tool].write(booking, person)
        for response in person.responses:
            self._surveys[response.wave].write(response, person)
        for presence in person.presences:
            self._waiting[presence.session.number].append(presence)

    def write_report(self, session: Session) -> None:
        """Write the attendance report of a session, unless it has none."""
        presences = self._waiting.pop(session.number, [])
        if session.is_reported:
            self._teams.write(session, presences)

    def ledger(self) -> dict[str, dict[str, int]]:
        """What each source delivered."""
        sources = (pretix, eventbrite, teams, forms, qualtrics, surveymonkey)
        exports = (*self._bookings.values(), self._teams, *self._surveys.values())
        return {
            source.SOURCE_ID: export.ledger.totals() for source, export in zip(sources, exports, strict=True)
        }

    def close(self) -> None:
        """Finish every file."""
        for export in (*self._bookings.values(), *self._surveys.values()):
            export.close()
