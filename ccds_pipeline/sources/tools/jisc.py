"""Jisc Online Surveys (version 2): the coded responses to a survey, one row per response, and their key.

Only this layout belongs here. Columns are numbers of questions ("Q9_1" for the first option of Q9). The key
lists each question and under it its options. A key in the same delivery gives the columns their questions as
another wording; with the source's option ``answers: labels`` it translates the codes in the cells too.

Whoever skips everything still has a "0" in the columns of options, so the number of answers that are neither
blank nor "0" is delivered as the column "Answers given".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.companion import LABELS, LABELS_OPTION, as_companion, find_companion, with_labels
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, map_cells, name_columns
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import open_records

_REMEDY = (
    "In Jisc Online Surveys, export the responses as CSV with coded responses, and deliver the key of the "
    "same export beside them."
)
_RESPONSE = "URN"
_QUESTION = re.compile(r"Q[0-9]+(?:_\w+)*")
_KEY_WIDTH = 2
_COUNT = "Answers given"
FACTS = ToolFacts(
    record="response",
    key=(_RESPONSE,),
    fields={"submitted_at": ({"column": "CompletionDate"},)},
    exclude=(CustomaryExclusion("empty_response", _COUNT, ("0",)),),
)


@dataclass
class _Question:
    """A question of the key, with its options' texts by code."""

    text: str
    options: dict[str, str] = field(default_factory=dict)


@contextmanager
def read_jisc(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the responses of a survey; of a key, no record."""
    with open_records(file, _REMEDY) as records:
        header = records.header()
        if _is_key(header):
            yield as_companion(records)
            return
        names = records.names(header)
        records.require(names[:1], (_RESPONSE,))
        asked = [position for position, name in enumerate(names) if _QUESTION.fullmatch(name)]
        if not asked:
            raise records.refusal("missing_columns", "The file has no column of a question")
        companion = find_companion(file, _is_key)
        key = {} if companion is None else _read_key(companion, names)
        rows = _with_count(records.deliver(header, kept=len(names)), asked)
        names = [*names, _COUNT]
        if file.options.get(LABELS_OPTION) == LABELS:
            rows = with_labels(rows, names, {code: question.options for code, question in key.items()})
        columns = name_columns(names, [_text(name, key) for name in names])
        yield DeliveredTable(columns, rows, records.tally)


def _is_key(header: Sequence[str]) -> bool:
    """Whether a first row is one of a key: a code and a text."""
    if len(header) != _KEY_WIDTH or _QUESTION.fullmatch(header[1]):
        return False
    return header[0] == _RESPONSE or _QUESTION.fullmatch(header[0]) is not None


def _read_key(file: SourceFile, names: Sequence[str]) -> dict[str, _Question]:
    key: dict[str, _Question] = {}
    current = _Question("")
    with open_records(file, _REMEDY) as records:
        for row in records.rows:
            if len(row.cells) != _KEY_WIDTH:
                continue
            code, text = row.cells[0] or "", row.cells[1] or ""
            if code in names or _QUESTION.fullmatch(code):
                current = key[code] = _Question(text)
            else:
                current.options[code] = text
    unknown = sum(not _text(name, key) for name in names if _QUESTION.fullmatch(name))
    if unknown:
        raise FileRefusedError(
            "companion_mismatch",
            f"The key does not know {unknown} of the file's columns",
            remedy="Deliver the key of the same survey, version and language.",
        )
    return key


def _text(name: str, key: Mapping[str, _Question]) -> str:
    """Word a column: "question", "question [option]" or "question [row] [column]"; empty if not known."""
    if name in key:
        options = list(key[name].options.values())
        is_one_of_a_grid = _parent(name, key) != "" and len(options) == 1
        return _asked(name, key) + (f" [{options[0]}]" if is_one_of_a_grid else "")
    code, _, option = name.rpartition("_")
    return (
        f"{_asked(code, key)} [{key[code].options[option]}]"
        if code in key and option in key[code].options
        else ""
    )


def _asked(code: str, key: Mapping[str, _Question]) -> str:
    parent = _parent(code, key)
    return f"{key[parent].text} [{key[code].text}]" if parent else key[code].text


def _parent(code: str, key: Mapping[str, _Question]) -> str:
    """Return the code of the question that a grid's row belongs to; empty if it is none."""
    above, _, _ = code.rpartition("_")
    return above if not above or above in key else _parent(above, key)


def _with_count(rows: Iterator[Row], asked: Sequence[int]) -> Iterator[Row]:
    return map_cells(
        rows, lambda cells: (*cells, str(sum((cells[position] or "0") != "0" for position in asked)))
    )
