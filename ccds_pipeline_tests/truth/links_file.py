"""Who wrote each response and about which session: the planted truth that linking is measured against."""

from __future__ import annotations

import csv
from pathlib import Path

from ccds_pipeline.synthetic.exports import forms, qualtrics, surveymonkey
from ccds_pipeline.synthetic.exports.workbook import SHEET
from ccds_pipeline.synthetic.identities import response_id
from ccds_pipeline.synthetic.records import Response
from ccds_pipeline_tests.truth.codes_compared import Link, plain_code
from ccds_pipeline_tests.truth.evaluate import Evaluation, identifies

HEADER = ("source_id", "record", "wave", "session_code", "is_attended", "email", "reference", "carries")
KEY_SEPARATOR = "|"


class LinksFile:
    """A CSV file with one row per response that is neither test nor broken.

    ``record`` is what identifies the response in its export; ``session_code`` the session that it is
    about; ``is_attended`` whether the reports show its writer there, long enough and with an address;
    ``email`` the writer's address as booked; ``reference`` the writer's bookings of the session;
    ``carries`` the best that the response carries to identify its writer.
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow(HEADER)

    def write(self, evaluation: Evaluation) -> None:
        """Write the responses of one session's people."""
        attended = {id(participant.person): participant.attended for participant in evaluation.participants}
        for link in evaluation.links:
            is_attended = link.response.about.number in attended[id(link.person)]
            self._writer.writerow(_row(link, is_attended=is_attended))

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()


def _row(link: Link, *, is_attended: bool) -> list[str]:
    response, person = link.response, link.person
    source_id, record_key = _record_of(response)
    own = [b.reference for b in person.bookings if b.session.number == response.about.number and not b.flaw]
    return [
        source_id, KEY_SEPARATOR.join(record_key), response.wave, response.about.code,
        str(is_attended).lower(), person.email, KEY_SEPARATOR.join(own), _carried(link),
    ]  # fmt: skip


def _record_of(response: Response) -> tuple[str, tuple[str, ...]]:
    """Return the source of a response, and what identifies it in the export."""
    if response.wave == "pre":
        return forms.SOURCE_ID, (SHEET, str(response.number), response.started_at.isoformat())
    if response.wave == "post":
        return qualtrics.SOURCE_ID, (response_id(response.number),)
    return surveymonkey.SOURCE_ID, (surveymonkey.respondent_id(response),)


def _carried(link: Link) -> str:
    if link.response.booking is not None:
        return "reference"
    if identifies(link.response.email, link.person):
        return "email"
    return "code" if plain_code(link.response.link_code) else "nothing"
