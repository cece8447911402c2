"""Write the whole demonstration: deliveries of six sources, and what is true of them."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.evaluate import evaluate
from ccds_pipeline.synthetic.exports import eventbrite, forms, pretix, qualtrics, surveymonkey, teams
from ccds_pipeline.synthetic.links_file import LinksFile
from ccds_pipeline.synthetic.population import Population
from ccds_pipeline.synthetic.records import Person, Presence, Session
from ccds_pipeline.synthetic.tally import Tally
from ccds_pipeline.synthetic.timetable import Timetable, split_people
from ccds_pipeline.synthetic.truth import NOTE, truth

_TRIAL_BOOKINGS, _PREVIEWS = 0.05, 0.15


def write_demonstration(out: Path, *, participants: int, seed: int) -> None:
    """Write ``out/<source>/<date>/<file>``, and beside the sources truth and notes.

    ``truth.json`` holds what an ideal evaluation finds, ``truth_links.csv`` who wrote which response.

    The same seed and number give the same files, byte for byte. Memory does not grow with the number.
    ``truth.json`` comes last: where it is, the deliveries are complete.

    Args:
        out: The landing folder, missing or empty: what lay there would be delivered too.
        participants: How many different people attend a session and can be identified, at least 1.
        seed: Where chance starts.
    """
    out.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    ledger = _write_deliveries(out, participants, seed=seed, tally=tally)
    (out / "README.txt").write_text(
        f"{NOTE}\nMade by ccds_pipeline.synthetic for {participants} participants with seed {seed}.\n"
        "truth.json holds what a perfect evaluation of these files finds, truth_links.csv who wrote each\n"
        "response and about which session.\n",
        encoding="utf-8",
    )
    facts = truth(tally, ledger, participants=participants, seed=seed)
    (out / "truth.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _write_deliveries(out: Path, participants: int, *, seed: int, tally: Tally) -> dict[str, dict[str, int]]:
    """Write all deliveries, count what they hold in ``tally``, and return the ledger."""
    draws, timetable = Draws(seed), Timetable(participants)
    population = Population(draws, timetable)
    with closing(_Exports(out, draws)) as exports, closing(LinksFile(out / "truth_links.csv")) as links:
        sizes = split_people(participants, timetable.reported_n, draws)
        for session in timetable:
            people = population.people_of(session, attendees=next(sizes) if session.is_reported else 0)
            evaluation = evaluate(people)
            tally.add(evaluation)
            links.write(evaluation)
            for person in people:
                exports.write(person)
            if draws.chance(_TRIAL_BOOKINGS):
                exports.write(population.trial_booking(session))
            if draws.chance(_PREVIEWS):
                exports.qualtrics.write(population.preview(session), None)
            exports.write_report(session)
    return exports.ledger()


class _Exports:
    """The six exports, and the presences that wait for their session's report."""

    def __init__(self, out: Path, draws: Draws) -> None:
        self._pretix = pretix.PretixExport(out, draws)
        self._eventbrite = eventbrite.EventbriteExport(out, draws)
        self._teams = teams.TeamsExport(out, draws)
        self._forms = forms.FormsExport(out, draws)
        self.qualtrics = qualtrics.QualtricsExport(out, draws)
        self._surveymonkey = surveymonkey.SurveyMonkeyExport(out, draws)
        self._waiting: defaultdict[int, list[Presence]] = defaultdict(list)

    def write(self, person: Person) -> None:
        """Write all that a person books and answers; what they attend waits for its session."""
        for booking in person.bookings:
            if booking.tool == "pretix":
                self._pretix.write(booking, person)
            else:
                self._eventbrite.write(booking, person)
        for response in person.responses:
            if response.wave == "pre":
                self._forms.write(response, person)
            elif response.wave == "post":
                self.qualtrics.write(response, person)
            else:
                self._surveymonkey.write(response, person)
        for presence in person.presences:
            self._waiting[presence.session.number].append(presence)

    def write_report(self, session: Session) -> None:
        """Write the attendance report of a session, unless it has none."""
        presences = self._waiting.pop(session.number, [])
        if session.is_reported:
            self._teams.write(session, presences)

    def ledger(self) -> dict[str, dict[str, int]]:
        """What each source delivered."""
        return {
            pretix.SOURCE_ID: self._pretix.ledger.totals(),
            eventbrite.SOURCE_ID: self._eventbrite.ledger.totals(),
            teams.SOURCE_ID: self._teams.ledger.totals(),
            forms.SOURCE_ID: self._forms.ledger.totals(),
            qualtrics.SOURCE_ID: self.qualtrics.ledger.totals(),
            surveymonkey.SOURCE_ID: self._surveymonkey.ledger.totals(),
        }

    def close(self) -> None:
        """Finish every file."""
        self._pretix.close()
        self._eventbrite.close()
        self._forms.close()
        self.qualtrics.close()
        self._surveymonkey.close()
