"""LimeSurvey: the responses to a survey, one row per response (CSV, workbook or VV file).

Only this layout belongs here. The export's headings are codes, texts, or both; its own columns are delivered
under their codes whatever the headings are ("submitdate", blank where a response is not complete). The
structure of a survey (``.lss``, ``.txt``) holds no response. A VV file has a row of texts above the row of
codes, and writes what would need quotes in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import (
    DeliveredTable,
    FaultyCell,
    Row,
    SourceFile,
    map_cells,
    name_columns,
)
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import open_records, rename, texts_of

_REMEDY = (
    "In LimeSurvey, open Responses, Export, and choose CSV or VV with all columns of the response data, "
    "with question codes as headings, in English; if semicolons separate the columns, set the source's "
    "option delimiter to semicolon."
)
_OWN = ("id", "submitdate", "lastpage", "startlanguage")
_RENAMES = {
    "response id": "id",
    "date submitted": "submitdate",
    "last page": "lastpage",
    "start language": "startlanguage",
    "seed": "seed",
    "date started": "startdate",
    "date last action": "datestamp",
    "referrer url": "refurl",
    "ip address": "ipaddr",
}
# A question may have no text.
_CODE_AND_TEXT = re.compile(r"([A-Za-z][A-Za-z0-9]*(?:_\w+|\[[^\]]*\])*)\.(?:\s+(.+)|\s*)", re.DOTALL)
_BRACES = {"quote": '"', "newline": "\n", "cr": "\r", "tab": "\t", "lbrace": "{"}
_IN_BRACES = re.compile("{(" + "|".join(_BRACES) + ")}")
_NOT_SHOWN = "{question_not_shown}"
FACTS = ToolFacts(
    record="response",
    key=("id",),
    fields={"started_at": ({"column": "startdate"},), "submitted_at": ({"column": "submitdate"},)},
    exclude=(CustomaryExclusion("unfinished", "submitdate", ("",)),),
    own=("lastpage", "startlanguage", "seed", "datestamp", "refurl", "ipaddr"),
    marks={"not_reached": (_NOT_SHOWN,)},
)


@contextmanager
def read_limesurvey(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the responses of a LimeSurvey export.

    A column is named by its code where the headings show it, and its text is the question then. In a VV
    file a question that was not shown holds ``{question_not_shown}``.
    """
    is_vv = _is_vv(file)
    with open_records(file, _REMEDY, delimiter="\t" if is_vv else ",") as records:
        headers = [records.header()]
        if is_vv:
            headers.append(records.header())
        names, texts = _names_and_texts(records.names(headers[-1]), headers)
        records.require(names, _OWN)
        rows = records.deliver(*headers, kept=len(names))
        if is_vv:
            rows = _without_braces(rows, [name in _RENAMES.values() for name in names])
        yield DeliveredTable(name_columns(names, texts), rows, records.tally)


def _is_vv(file: SourceFile) -> bool:
    """Whether the second line has the codes of the tool's own columns, separated by tabs."""
    with suppress(FileRefusedError), open_records(file, _REMEDY, delimiter="\t") as records:
        first_two = [texts_of(row) for row, _ in zip(records.rows, range(2), strict=False)]
        return len(first_two) > 1 and set(_OWN[:3]) <= set(first_two[1])
    return False


def _names_and_texts(kept: Sequence[str], headers: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    if len(headers) > 1:
        return list(kept), list(headers[0][: len(kept)])
    names = rename(kept, _RENAMES)
    split = [_CODE_AND_TEXT.fullmatch(name) for name in names]
    asked = [match for name, match in zip(names, split, strict=True) if name not in _RENAMES.values()]
    if not asked or not all(asked):
        return names, [""] * len(names)
    return (
        [match[1] if match else name for name, match in zip(names, split, strict=True)],
        [(match[2] or "") if match else "" for match in split],
    )


def _without_braces(rows: Iterator[Row], is_own: Sequence[bool]) -> Iterator[Row]:
    def plain(cells: Sequence[str | None]) -> list[str | None]:
        return [
            None if own and cell == _NOT_SHOWN else _without_brace(cell)
            for cell, own in zip(cells, is_own, strict=True)
        ]

    return map_cells(rows, plain)


def _without_brace(cell: str | None) -> str | None:
    if not cell or isinstance(cell, FaultyCell):
        return cell
    return _IN_BRACES.sub(lambda match: _BRACES[match[1]], cell)
