"""Responses six weeks on → SurveyMonkey CSV with two header rows; unfinished ones have no end date."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports.files import AGREEMENT, CsvFiles, label
from ccds_pipeline.synthetic.records import Person, Response
from ccds_pipeline.synthetic.timetable import DELIVERY_DATES

SOURCE_ID = "surveymonkey_follow_up"
FILE_NAME = "CCDS six weeks on synthetic.csv"
HEADER = (
    "Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
    "Last Name", "Custom Data 1", "Six weeks on I feel more confident in handling difficult situations",
    "How have you used what you learned?", "What was your session code?", "What is your personal code?",
)  # fmt: skip
_SECOND_ROW = ("",) * 9 + ("Response", *("Open-Ended Response",) * 3)
_FIRST_RESPONDENT, _COLLECTOR = 13_100_000_003, "415200017"
_NOON = 12


def respondent_id(response: Response) -> str:
    """What identifies the response in the export."""
    return str(_FIRST_RESPONDENT + 17 * response.number)


class SurveyMonkeyExport(CsvFiles):
    """Writes responses, each to every delivery that brings it.

    The last delivery has a file even when nobody answered: its date is the date of the whole.
    """

    def __init__(self, out: Path, draws: Draws) -> None:
        super().__init__(out / SOURCE_ID, FILE_NAME, heading=[HEADER, _SECOND_ROW], draws=draws)
        self.start(len(DELIVERY_DATES) - 1)

    def write(self, response: Response, person: Person) -> None:
        """Write one response."""
        row = self._row(response, person)
        self.deliver(lambda _: row, changed_at=(response.submitted_at,), flaw=response.flaw)

    def _row(self, response: Response, person: Person) -> list[str]:
        shows_name = bool(response.email)
        return [
            respondent_id(response), _COLLECTOR, _time(response.started_at),
            "" if response.flaw == "unfinished" else _time(response.submitted_at),
            f"198.51.100.{self._draws.between(1, 254)}", response.email,
            person.first_name if shows_name else "", person.last_name if shows_name else "",
            response.booking.reference if response.booking else "",
            label(response.answers[0], AGREEMENT), response.comment,
            response.session.code if response.session else "", response.link_code,
        ]  # fmt: skip


def _time(moment: datetime) -> str:
    iso = str(moment)
    half, hour = ("PM" if moment.hour >= _NOON else "AM"), moment.hour % _NOON or _NOON
    return f"{iso[5:7]}/{iso[8:10]}/{iso[:4]} {hour:02d}:{iso[14:19]} {half}"
