"""Qualtrics: the responses to a survey, one row per response (CSV with two or three header rows).

Only this layout belongs here. The first header row names the columns, the second gives the question
texts, the third (since 2016) import identifiers. Legacy exports have two header rows and a blank last
column, which is not delivered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, name_columns
from ccds_pipeline.sources.header import (
    checked_names,
    next_header_row,
    read_header,
    require_columns,
    texts_of,
)
from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.rows import Rows, open_rows

_REMEDY = "In Qualtrics, export the data as CSV with its header rows, as the export offers them."
_IMPORT_IDENTIFIER = re.compile(r"""\{\s*["'](ImportId|timeZone)["']""")
_RESPONSE_IDENTIFIER = re.compile(r"R_\w+")


@contextmanager
def read_qualtrics(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the responses of a Qualtrics export; a column's text is its question."""
    with open_rows(file) as records:
        names = read_header(records.rows, records.tally, remedy=_REMEDY)
        kept = checked_names(names, limits=file.limits, remedy=_REMEDY, delimiter=records.delimiter)
        texts = _question_texts(records, len(names))
        _check_response_column(names, texts)
        headers, first_row = _identifier_rows(records, len(names))
        shape = Shape((names, texts, *headers), kept=len(kept), delimiter=records.delimiter)
        rows = chain(first_row, records.rows)
        yield DeliveredTable(
            name_columns(kept, texts), deliver_rows(rows, records.tally, shape), records.tally
        )


def _question_texts(records: Rows, width: int) -> list[str]:
    texts = next_header_row(records.rows, records.tally)
    if texts is None or len(texts) != width:
        raise _bad_header("The second header row, with the question texts, is missing")
    return texts


def _check_response_column(names: list[str], texts: list[str]) -> None:
    labels = [{normalise_label(name), normalise_label(text)} for name, text in zip(names, texts, strict=True)]
    position = next((position for position, pair in enumerate(labels) if "responseid" in pair), None)
    if position is None:
        require_columns(names, ("ResponseId",), remedy=_REMEDY)
    elif _RESPONSE_IDENTIFIER.fullmatch(texts[position]):
        raise _bad_header("The second header row, with the question texts, is missing")


def _identifier_rows(records: Rows, width: int) -> tuple[list[list[str]], list[Row]]:
    """Take the header rows of identifiers, and the first row after them (none in an empty export)."""
    headers: list[list[str]] = []
    for row in records.rows:
        if not (row.cells and _IMPORT_IDENTIFIER.match(row.cells[0] or "")):
            return headers, [row]
        if len(row.cells) != width:
            raise _bad_header("The header row of identifiers has another number of columns")
        headers.append(texts_of(row))
        records.tally.other += 1 + row.breaks
    return headers, []


def _bad_header(problem: str) -> FileRefusedError:
    return FileRefusedError("header_row_missing", problem, remedy=_REMEDY)
