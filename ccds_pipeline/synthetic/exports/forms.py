"""Responses before the session → Microsoft Forms workbooks: true date-times, one table, no coding."""

from __future__ import annotations

from pathlib import Path

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports.files import Ledger, delivered_path
from ccds_pipeline.synthetic.exports.workbook import Cell, TableWorkbook
from ccds_pipeline.synthetic.records import BLANK, NOT_UNDERSTOOD, Person, Response, outcome_of
from ccds_pipeline.synthetic.timetable import deliveries_of, is_known_at

SOURCE_ID = "forms_pre"
HEADER = (
    "ID", "Start time", "Completion time", "Email", "Name", "Last modified time",
    "What is your session code?", "How confident are you in handling difficult situations?",
    "What do you hope to gain from the session?", "What is your personal code?",
    "What is your booking reference?",
)  # fmt: skip
# Headers as some deliveries word them: with a no-break space at the end, with spaces too many.
_WORDINGS = {
    1: tuple(text + "\u00a0" if text.endswith("?") else text for text in HEADER),
    3: tuple(text.replace(" you ", " \u00a0you ") + " " if text.endswith("?") else text for text in HEADER),
}
# Microsoft Forms keeps no more responses than this in one form.
_ROWS_PER_FILE = 50_000
_OUTSIDE_SCALE: tuple[Cell, ...] = (11, 15, "8 out of 10")


class FormsExport:
    """Writes responses, each to every delivery that brings it."""

    def __init__(self, out: Path, draws: Draws) -> None:
        self.ledger = Ledger()
        self._draws = draws
        self._source = out / SOURCE_ID
        self._open: dict[int, TableWorkbook] = {}
        self._parts: dict[int, int] = {}

    def write(self, response: Response, person: Person) -> None:
        """Write one response as it stood at each delivery that brings it."""
        edited_at = response.edited_at
        changed_at = (response.submitted_at, edited_at) if edited_at else (response.submitted_at,)
        code, outside = self._session_text(response), self._draws.pick(_OUTSIDE_SCALE)
        for delivery in deliveries_of(changed_at):
            is_edited = edited_at is not None and is_known_at(edited_at, delivery)
            answers = response.first_answers if edited_at and not is_edited else response.answers
            confidence = answers[0] if answers else BLANK
            row: list[Cell] = [
                response.number, response.started_at, response.submitted_at, response.email or None,
                person.name if person.email and response.email not in {"", "anonymous"} else None,
                edited_at if is_edited else None, code,
                {BLANK: None, NOT_UNDERSTOOD: outside}.get(confidence, confidence),
                response.comment or None, response.link_code or None,
                response.booking.reference if response.booking else None,
            ]  # fmt: skip
            self._workbook(delivery).append(row)
            self.ledger.count(outcome_of(response.flaw))

    def close(self) -> None:
        """Finish every workbook."""
        for workbook in self._open.values():
            workbook.close()

    def _workbook(self, delivery: int) -> TableWorkbook:
        workbook = self._open.get(delivery)
        if workbook is not None and workbook.rows_n < _ROWS_PER_FILE:
            return workbook
        if workbook is not None:
            workbook.close()
        self._parts[delivery] = part = self._parts.get(delivery, 0) + 1
        name = f"CCDS pre-session survey synthetic (part {part}).xlsx"
        self._open[delivery] = TableWorkbook(
            delivered_path(self._source, delivery, name), _WORDINGS.get(delivery, HEADER)
        )
        return self._open[delivery]

    def _session_text(self, response: Response) -> str | None:
        if response.session is None:
            return None
        code = response.session.code
        return self._draws.pick(
            (code, code, code, code, code, code.lower(), f" {code} ", f"Session {code} (online)")
        )
