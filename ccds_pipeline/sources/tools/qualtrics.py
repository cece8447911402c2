"""Qualtrics: the responses to a survey, one row per response (CSV with two or three header rows).

Only this layout belongs here. The first header row names the columns, the second gives the question
texts, the third (since 2016) import identifiers. Legacy exports have two header rows and a blank last
column, which is not delivered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, name_columns
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import Records, open_records

_REMEDY = "In Qualtrics, export the data as CSV with its header rows, as the export offers them."
_NO_QUESTIONS = "The second header row, with the question texts, is missing"
_IMPORT_IDENTIFIER = re.compile(r"""\{\s*["'](ImportId|timeZone)["']""")
_RESPONSE_IDENTIFIER = re.compile(r"R_\w+")
FACTS = ToolFacts(
    record="response",
    key=("ResponseId",),
    fields={
        "email": ({"column": "RecipientEmail"},),
        "reference": ({"column": "ExternalReference"},),
        "started_at": ({"column": "StartDate"},),
        "submitted_at": ({"column": "RecordedDate"}, {"column": "EndDate"}),
    },
    exclude=(
        CustomaryExclusion("preview", "Status", ("Survey Preview", "1", "Survey Test", "2", "Spam", "8")),
        CustomaryExclusion("unfinished", "Finished", ("False", "0")),
    ),
    own=(
        "IPAddress",
        "Progress",
        "Duration (in seconds)",
        "LocationLatitude",
        "LocationLongitude",
        "DistributionChannel",
        "UserLanguage",
    ),
)


@contextmanager
def read_qualtrics(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the responses of a Qualtrics export; a column's text is its question."""
    with open_records(file, _REMEDY) as records:
        names = records.header()
        kept = records.names(names)
        texts = records.next_header()
        if texts is None or len(texts) != len(names):
            raise records.refusal("header_row_missing", _NO_QUESTIONS)
        _check_response_column(records, names, texts)
        headers, first_row = _identifier_rows(records, len(names))
        following = _without_identifiers(chain(first_row, records.rows), headers)
        rows = records.deliver(names, texts, *headers, kept=len(kept), rows=following)
        yield DeliveredTable(name_columns(kept, texts), rows, records.tally)


def _check_response_column(records: Records, names: list[str], texts: list[str]) -> None:
    labels = [{normalise_label(name), normalise_label(text)} for name, text in zip(names, texts, strict=True)]
    position = next((position for position, pair in enumerate(labels) if "responseid" in pair), None)
    if position is None:
        records.require(names, ("ResponseId",))
    elif _RESPONSE_IDENTIFIER.fullmatch(texts[position]):
        raise records.refusal("header_row_missing", _NO_QUESTIONS)


def _identifier_rows(records: Records, width: int) -> tuple[list[list[str]], list[Row]]:
    """Take the header rows of identifiers, and the first row after them (none in an empty export)."""
    headers: list[list[str]] = []
    for row in records.rows:
        if not _holds_identifiers(row):
            return headers, [row]
        if len(row.cells) != width:
            problem = "The header row of identifiers has another number of columns"
            raise records.refusal("header_row_missing", problem)
        headers.append(records.skip(row))
    return headers, []


def _holds_identifiers(row: Row) -> bool:
    return any(cell and cell[0] == "{" and _IMPORT_IDENTIFIER.match(cell) for cell in row.cells)


def _without_identifiers(rows: Iterator[Row], headers: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Refuse a row of identifiers that does not stand under the questions, unless a header is repeated."""
    for row in rows:
        if _holds_identifiers(row) and list(row.cells) not in headers:
            raise FileRefusedError(
                "header_row_misplaced",
                "Something stands between the header rows, so that a header row is among the responses",
                remedy=_REMEDY,
                line=row.line,
            )
        yield row
