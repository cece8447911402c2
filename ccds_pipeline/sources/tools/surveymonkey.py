"""SurveyMonkey: all individual responses, one row per response (CSV with one, two or three header rows).

Only this layout belongs here. The row of questions is blank where a question goes on over several
columns; the row under it names the option, the statement or "Response". Some exports put a row of
question codes on top, and files that someone worked on have one header row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, name_columns
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import Records, filled_forward, open_records, rename, texts_of

_REMEDY = "In SurveyMonkey, export all individual responses as CSV, in English."
_RESPONDENT = "Respondent ID"
_RENAMES = {
    "respondentid": _RESPONDENT,
    "collectorid": "Collector ID",
    "startdate": "Start Date",
    "enddate": "End Date",
    "emailaddress": "Email Address",
    "firstname": "First Name",
    "lastname": "Last Name",
}
_PLAIN_ANSWERS = frozenset({"", "response", "open-ended response"})
FACTS = ToolFacts(
    record="response",
    key=(_RESPONDENT,),
    fields={
        "email": ({"column": "Email Address"},),
        "started_at": ({"column": "Start Date"},),
        "submitted_at": ({"column": "End Date"},),
    },
    exclude=(CustomaryExclusion("unfinished", "End Date", ("",)),),
    own=("Collector ID", "IP Address", "Custom Data 1"),
)


@contextmanager
def read_surveymonkey(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the responses of a SurveyMonkey export.

    A column is named by its question, or "question [option]" where the row under it says more; its text
    is the question code where the export has a row of codes.
    """
    with open_records(file, _REMEDY) as records:
        first = records.header()
        headers, first_row = _header_rows(first, records)
        codes = headers.pop(0) if len(headers) > 1 and not first[0] else []
        questions = rename(headers[0], _RENAMES)
        names = _column_names(questions, headers[1]) if len(headers) > 1 else questions
        kept = records.names(names)
        records.require(questions[:1], (_RESPONDENT,))
        following = chain(first_row, records.rows)
        rows = records.deliver(*headers, kept=len(kept), rows=following, may_end_open=True)
        yield DeliveredTable(name_columns(kept, filled_forward(codes)), rows, records.tally)


def _header_rows(first: list[str], records: Records) -> tuple[list[list[str]], list[Row]]:
    """Take the header rows and the first row after them (none in an empty export)."""
    headers = [first]
    for row in records.rows:
        if len(row.cells) != len(first) or not _continues_header(headers, texts_of(row)):
            return headers, [row]
        headers.append(records.skip(row))
    return headers, []


def _continues_header(headers: Sequence[Sequence[str]], cells: Sequence[str]) -> bool:
    """Whether a row is the options under the questions, or the questions under their codes."""
    if _names_respondents(headers[-1]):
        return not cells[0]
    return len(headers) == 1 and not headers[0][0] and _names_respondents(cells)


def _names_respondents(cells: Sequence[str]) -> bool:
    return normalise_label(_RENAMES.get(normalise_label(cells[0]), cells[0])) == normalise_label(_RESPONDENT)


def _column_names(questions: Sequence[str], options: Sequence[str]) -> list[str]:
    names = []
    for own, question, option in zip(questions, filled_forward(questions), options, strict=True):
        is_plain = normalise_label(option) in _PLAIN_ANSWERS
        is_blank = not own and not option
        names.append("" if is_blank else question if is_plain else f"{question} [{option}]")
    return names
