"""Coding sheets: a sample of comments for people to code by hand, and reading what they marked.

How far coders agree belongs in ``agreement``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ccds_pipeline.comments.private_csv import write_private_csv
from ccds_pipeline.comments.themes import COMMENT
from ccds_pipeline.errors import CcdsError, UsageError
from ccds_pipeline.programme.model import NO_THEME, Programme

_REFERENCE, _QUESTION = "reference", "question_id"
_MARKS = {"": False, "0": False, "1": True, "x": True}
_LARGEST_BYTES = 20_000_000


@dataclass(frozen=True)
class CodedSheet:
    """What one coder marked.

    ``marks`` has a boolean column per theme and ``none``; its index is response_key, question_id.
    ``uncoded_n`` rows had no mark at all and count as not coded yet.
    """

    marks: pd.DataFrame
    uncoded_n: int


def write_sheet(path: Path, comments: pd.DataFrame, programme: Programme, *, size: int, seed: int) -> int:
    """Write a random sample of comments with an empty column per theme; return how many they are.

    Args:
        path: A new file; it is made readable by its owner alone.
        comments: Rows of ``read_comments``.
        programme: Gives themes and questions.
        size: How many comments; all where there are fewer.
        seed: The same seed draws the same comments from the same data.

    Raises:
        UsageError: If the programme has no themes, there is no comment, or the file is there already.
        ConfigurationError: If the file cannot be written.
    """
    if not programme.themes or comments.empty:
        raise UsageError(
            "there is nothing to code: the programme has no themes, or no response has a comment",
            rule="something_to_code",
            remedy="Write themes into the programme file, and run the pipeline first: ccds run.",
        )
    sample = comments.sample(n=min(size, len(comments)), random_state=seed)
    themes = _columns(programme)
    questions = {question.id: question.text for question in programme.questions}
    rows = (
        [reference, question_id, questions[question_id], text, *[""] * len(themes)]
        for reference, question_id, text in sample[[_REFERENCE, _QUESTION, "redacted_text"]].itertuples(
            index=False, name=None
        )
    )
    write_private_csv(path, [_REFERENCE, _QUESTION, "question", "text", *themes], rows)
    return len(sample)


def read_sheet(path: Path, comments: pd.DataFrame, programme: Programme) -> CodedSheet:
    """Read a coding sheet that a person filled in; every fault is reported with line, column and rule.

    A cell is blank or 0 for no, 1 or x for yes. A row without any mark or 0 is not coded yet. Further
    columns, such as notes, are left alone.

    Args:
        path: A CSV file with the columns of ``write_sheet``; question and text may be left out.
        comments: Rows of ``read_comments``.
        programme: Gives the themes.

    Raises:
        CcdsError: If the file is not such a sheet; the message quotes no cell.
    """
    named = comments[[_REFERENCE, *COMMENT]].itertuples(index=False, name=None)
    known = {(reference, question_id): (key, question_id) for reference, key, question_id in named}
    themes = _columns(programme)
    marks: dict[tuple[str, str], dict[str, bool]] = {}
    uncoded_n = 0
    for line, cells in _records(path, required=[_REFERENCE, _QUESTION, *themes]):
        key = known.get((cells[_REFERENCE].strip(), cells[_QUESTION].strip()))
        if key is None:
            problem = "reference and question name no comment of a valid response"
            raise _fault(path, line, _REFERENCE, problem, "reference_is_known")
        if key in marks:
            raise _fault(path, line, _REFERENCE, "the comment is in the sheet twice", "comment_is_coded_once")
        if not any(cells[theme].strip() for theme in themes):
            uncoded_n += 1
            continue
        marks[key] = _marks(path, line, cells, themes)
    index = pd.MultiIndex.from_tuples(list(marks), names=COMMENT)
    frame = pd.DataFrame(list(marks.values()), index=index, columns=themes, dtype="bool")
    return CodedSheet(frame, uncoded_n)


def _columns(programme: Programme) -> list[str]:
    return [*(theme.id for theme in programme.themes), NO_THEME]


def _records(path: Path, *, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the first line of each record with its cells by column; blank records are left out."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _refuse_header(path, header, required)
        line = reader.line_num + 1
        for cells in reader:
            if any(cells) and len(cells) != len(header):
                raise _fault(path, line, "", f"the row has not {len(header)} cells", "row_is_complete")
            if any(cells):
                yield line, dict(zip(header, cells, strict=True))
            line = reader.line_num + 1
    except csv.Error:
        raise _fault(path, reader.line_num, "", "the row is not CSV", "sheet_is_csv") from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise _fault(path, 1, "", "the file is too large for a coding sheet", "sheet_is_small")
        return path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise _fault(path, 1, "", "the file cannot be read", "sheet_is_readable") from None
    except UnicodeDecodeError:
        raise _fault(path, 1, "", "the file is not text in UTF-8", "sheet_is_csv") from None


def _refuse_header(path: Path, header: list[str], required: Sequence[str]) -> None:
    for name in required:
        if header.count(name) != 1:
            how = "is missing" if name not in header else "is there twice"
            raise _fault(path, 1, name, f"the column {how}", "sheet_has_its_columns")


def _marks(path: Path, line: int, cells: Mapping[str, str], themes: Sequence[str]) -> dict[str, bool]:
    for theme in themes:
        if cells[theme].strip().casefold() not in _MARKS:
            raise _fault(path, line, theme, "the cell is neither blank nor 0, 1 or x", "mark_is_known")
    marks = {theme: _MARKS[cells[theme].strip().casefold()] for theme in themes}
    if marks[NO_THEME] and sum(marks.values()) > 1:
        raise _fault(path, line, NO_THEME, "the comment has a theme as well", "none_stands_alone")
    return marks | {NO_THEME: not any(marks[theme] for theme in themes if theme != NO_THEME)}


def _fault(path: Path, line: int, column: str, problem: str, rule: str) -> CcdsError:
    return CcdsError(
        problem,
        place=f"{path}, line {line}" + (f", column {column}" if column else ""),
        rule=rule,
        remedy="Correct it there, and save the sheet as CSV UTF-8 with commas, with the columns that "
        "`ccds comments sample` writes.",
    )
