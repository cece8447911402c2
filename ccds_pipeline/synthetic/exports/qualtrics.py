"""Responses straight after the session → Qualtrics CSV with three header rows."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports.files import (
    AGREEMENT,
    EXCELLENCE,
    SATISFACTION,
    SCORES,
    YES_NO,
    CsvFiles,
    label,
)
from ccds_pipeline.synthetic.identities import response_id
from ccds_pipeline.synthetic.records import Person, Response

SOURCE_ID = "qualtrics_post"
FILE_NAME = "CCDS post-session survey synthetic.csv"
# Name, wording, identifier of each metadata column.
_METADATA = (
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("IPAddress", "IP Address", "ipAddress"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientLastName", "Recipient Last Name", "recipientLastName"),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "locationLongitude"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
)
_SCORED = "On a scale from 0 to 10, how confident are you in …"
_QUESTIONS = (
    ("Q1", "How would you rate your overall experience of the training?", "QID1"),
    ("Q2", "Would you recommend this training to colleagues?", "QID2"),
    ("Q3", "The materials were clear and easy to understand", "QID3"),
    ("Q4", "The course met its aims and objectives", "QID4"),
    ("Q5", "How satisfied are you that the skills and tactics will be useful at work?", "QID5"),
    ("Q6", "How satisfied are you with the facilitators’ knowledge and expertise?", "QID6"),
    ("Q7", "How would you rate the facilitators’ communication and engagement?", "QID7"),
    ("Q8_1", f"{_SCORED} - understanding your own mental health and wellbeing?", "QID8_1"),
    ("Q8_2", f"{_SCORED} - supporting colleagues’ wellbeing?", "QID8_2"),
    ("Q8_3", f"{_SCORED} - handling difficult situations?", "QID8_3"),
    ("Q9", "What will you do differently after the session?", "QID9_TEXT"),
    ("Q10", "What is your personal code?", "QID10_TEXT"),
    ("session", "session", "session"),
)
HEADER = tuple(name for name, _, _ in _METADATA + _QUESTIONS)
_WORDING = tuple(wording for _, wording, _ in _METADATA + _QUESTIONS)
_IMPORT_IDS = tuple(
    json.dumps({"ImportId": identifier}, separators=(",", ":")) for _, _, identifier in _METADATA + _QUESTIONS
)
_SCALES = (
    EXCELLENCE, YES_NO, AGREEMENT, AGREEMENT, SATISFACTION, SATISFACTION, EXCELLENCE, SCORES, SCORES, SCORES,
)  # fmt: skip
# Texts that no scale has, by item.
_OUTSIDE_SCALES = {0: "Superb", 3: "Agreed-ish", 9: "11"}


class QualtricsExport(CsvFiles):
    """Writes responses, each to every delivery that brings it."""

    def __init__(self, out: Path, draws: Draws) -> None:
        self._flawed_items = cycle(_OUTSIDE_SCALES)
        heading = [HEADER, _WORDING, _IMPORT_IDS]
        super().__init__(out / SOURCE_ID, FILE_NAME, heading=heading, draws=draws, line_end="\n")

    def write(self, response: Response, person: Person | None) -> None:
        """Write one response; nobody in particular writes previews."""
        row = self._row(response, person)
        self.deliver(lambda _: row, changed_at=(response.submitted_at,), flaw=response.flaw)

    def _row(self, response: Response, person: Person | None) -> list[str]:
        is_finished, is_invited = response.flaw != "unfinished", bool(response.email) and person is not None
        sent_at = str(response.submitted_at)
        return [
            str(response.started_at), sent_at, self._status(response),
            f"192.0.2.{self._draws.between(1, 254)}", "100" if is_finished else "27",
            str(int((response.submitted_at - response.started_at).total_seconds())),
            str(is_finished), sent_at, response_id(response.number),
            person.last_name if is_invited and person else "",
            person.first_name if is_invited and person else "",
            response.email, response.booking.reference if response.booking else "", "", "",
            "email" if is_invited else "anonymous", "EN-GB", *self._answers(response), response.comment,
            response.link_code, response.session.code if response.session else "",
        ]  # fmt: skip

    def _status(self, response: Response) -> str:
        if response.flaw == "preview":
            return self._draws.pick(("Survey Preview", "Survey Preview", "Survey Test"))
        return "IP Address"

    def _answers(self, response: Response) -> list[str]:
        texts = [label(answer, scale) for answer, scale in zip(response.answers, _SCALES, strict=True)]
        if response.flaw == "outside_scale":
            item = next(self._flawed_items)
            texts[item] = _OUTSIDE_SCALES[item]
        return texts
