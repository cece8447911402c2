"""Responses straight after the session → Qualtrics CSV with three header rows."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
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
from ccds_pipeline.synthetic.records import NOT_UNDERSTOOD, Person, Response

SOURCE_ID = "qualtrics_post"
FILE_NAME = "CCDS post-session survey synthetic.csv"
_SCALES = (
    EXCELLENCE, YES_NO, AGREEMENT, AGREEMENT, SATISFACTION, SATISFACTION, EXCELLENCE, SCORES, SCORES, SCORES,
)  # fmt: skip
# Texts that no scale has, by item.
_OUTSIDE_SCALES = {0: "Superb", 3: "Agreed-ish", 9: "11"}


@cache
def header_rows() -> tuple[tuple[str, ...], ...]:
    """Return the three rows above the records: names, wordings, and identifiers as JSON."""
    text = files("ccds_pipeline").joinpath("synthetic", "exports", "qualtrics_header.csv").read_text("utf-8")
    names, wordings, identifiers = zip(*list(csv.reader(text.splitlines()))[1:], strict=True)
    return names, wordings, tuple(f'{{"ImportId":"{identifier}"}}' for identifier in identifiers)


class QualtricsExport(CsvFiles):
    """Writes responses, each to every delivery that brings it."""

    def __init__(self, out: Path, draws: Draws) -> None:
        heading = list(header_rows())
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
        return [
            _OUTSIDE_SCALES[item] if answer == NOT_UNDERSTOOD else label(answer, scale)
            for item, (answer, scale) in enumerate(zip(response.answers, _SCALES, strict=True))
        ]
