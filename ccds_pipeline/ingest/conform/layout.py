"""Find a source's mapped columns in a delivered file, and keep only those.

What stays unmapped is dropped here, before anything is stored (PRIVACY.md P5), and counted.
Understanding the cells belongs in the other modules of ``conform``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import FieldMapping, QuestionMapping, Source

LINE, FAULT, FILE = "@line", "@fault", "@file"
_REMEDY = (
    "Export the file again with that column, or name the column's present wording in the programme file."
)
_REMEDY_OF_AMBIGUITY = (
    "Give each column a name of its own at the source, or name in the programme file the one that is meant."
)
_NUMBER = "|"


class Wanted(NamedTuple):
    """A column that a source's mapping asks for.

    ``part`` is what it makes (see ``Layout``), ``names`` are its wordings in the programme file. A piece is
    put together with others.
    """

    part: str
    names: tuple[str, ...]
    is_required: bool
    is_piece: bool = False

    @property
    def label(self) -> str:
        """The column as a message calls it."""
        return " or ".join(self.names)


@dataclass(frozen=True)
class Layout:
    """Which delivered columns make which part of a record, and where file and mapping differ.

    ``parts`` maps the name of a part to the delivered columns that are put together for it, in order.
    Parts are named ``field.<field>``, ``fallback.<field>``, ``key.<number>``, ``exclude.<number>``,
    ``name.<number>``, ``question.<id>`` and ``question.<id>.<option>``; ``last_page`` says how far a
    respondent came. Where a file has several alternatives of a part, each is a part of its own, with a number
    (see ``base_part``): which of them counts is decided row by row in ``alternatives``.
    ``missing`` are the columns that the file lacks. ``unmapped`` are the delivered names that the mapping
    does not know: in a file without a header they are values, so they are neither stored nor shown.
    ``ambiguous`` says in a sentence each which parts could be taken from several columns.
    """

    parts: dict[str, tuple[str, ...]]
    missing: tuple[Wanted, ...]
    unmapped: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()


def base_part(part: str) -> str:
    """Return the part that an alternative is of, as ``field.email`` of ``field.email|1``."""
    return part.partition(_NUMBER)[0]


def layout_of(source: Source, rows: pa.Table) -> Layout:
    """Match a source's mapping with the columns of a delivered file.

    Raises:
        FileRefusedError: If a required column is missing (rule ``column_missing``), or several columns could
            be meant (rule ``column_ambiguous``).
    """
    layout = match_columns(source, rows)
    if layout.ambiguous:
        raise FileRefusedError("column_ambiguous", "; ".join(layout.ambiguous), remedy=_REMEDY_OF_AMBIGUITY)
    missing = [f"the column {wanted.label} is missing" for wanted in layout.missing if wanted.is_required]
    if missing:
        raise FileRefusedError("column_missing", ", ".join(missing), remedy=_REMEDY)
    return layout


def match_columns(source: Source, rows: pa.Table) -> Layout:
    """Match as ``layout_of`` does, and list what is missing or ambiguous instead of refusing it."""
    finder = _Finder(rows)
    parts: dict[str, tuple[str, ...]] = {}
    missing, ambiguous, taken = [], [], []
    for wanted in wanted_columns(source):
        found = {name: finder.columns_of(name) for name in wanted.names}
        ambiguous += [_several(name, columns) for name, columns in found.items() if len(columns) > 1]
        columns = [*dict.fromkeys(columns[0] for columns in found.values() if columns)]
        taken += [(column, wanted) for column in columns]
        if not columns:
            missing.append(wanted)
        elif wanted.is_piece:
            parts[wanted.part] = (*parts.get(wanted.part, ()), *columns)
        elif len(columns) == 1:
            parts[wanted.part] = (columns[0],)
        else:
            parts |= {f"{wanted.part}{_NUMBER}{number}": (name,) for number, name in enumerate(columns)}
    used = {column for columns in parts.values() for column in columns}
    known = used | {column for name in source.ignore for column in finder.columns_of(name)}
    unmapped = tuple(name for name in finder.columns if name not in known)
    ambiguous += _shared(taken)
    return Layout(parts, tuple(missing), unmapped, tuple(dict.fromkeys(ambiguous)))


def _several(name: str, columns: Iterable[str]) -> str:
    return f"{name} could be any of the columns {' and '.join(sorted(columns))}"


def _shared(taken: Iterable[tuple[str, Wanted]]) -> Iterator[str]:
    """Yield what is wrong where an alternative of one field or question is the column of another."""
    takers: dict[str, list[Wanted]] = defaultdict(list)
    for column, wanted in taken:
        if wanted.part.startswith(("field.", "question.")):
            takers[column].append(wanted)
    for column, wanted_by in takers.items():
        if len(wanted_by) > 1 and any(len(wanted.names) > 1 for wanted in wanted_by):
            names = " and ".join(sorted(wanted.part.partition(".")[2] for wanted in wanted_by))
            yield f"the column {column} is one of several for one of {names}, and named by the others too"


def wanted_columns(source: Source) -> Iterator[Wanted]:
    """Yield the columns that a source's mapping asks for; a part that joins columns has several."""
    for name, mapping in source.fields.items():
        yield from _of_field(name, mapping)
    for number, column in enumerate(source.key):
        yield Wanted(f"key.{number}", (column,), is_required=True)
    for number, exclusion in enumerate(source.exclude):
        yield Wanted(f"exclude.{number}", exclusion.column, is_required=False)
    if source.marks.last_page:
        yield Wanted("last_page", source.marks.last_page, is_required=True)
    for number, column in enumerate(source.names):
        yield Wanted(f"name.{number}", (column,), is_required=False)
    for question_id, question in source.questions.items():
        yield from _of_question(question_id, question)


def _of_field(name: str, mapping: FieldMapping) -> Iterator[Wanted]:
    for column in mapping.join:
        yield Wanted(f"field.{name}", (column,), is_required=True, is_piece=True)
    if mapping.column:
        yield Wanted(
            f"field.{name}", mapping.column, is_required=not mapping.optional and not mapping.fallback
        )
    if mapping.fallback:
        yield Wanted(f"fallback.{name}", (mapping.fallback,), is_required=not mapping.optional)


def _of_question(question_id: str, question: QuestionMapping) -> Iterator[Wanted]:
    name, is_required = f"question.{question_id}", not question.optional
    for option, column in question.option_columns.items():
        yield Wanted(f"{name}.{option}", (column,), is_required)
    if question.column:
        yield Wanted(name, question.column, is_required)


def pick_columns(rows: pa.Table, layout: Layout, *, file_number: int) -> pa.Table:
    """Return the rows with ``@file``, ``@line``, ``@fault`` and one text column per part."""
    columns = {
        FILE: pa.repeat(pa.scalar(file_number, pa.int64()), rows.num_rows),
        LINE: rows[LINE],
        FAULT: rows[FAULT],
    }
    return pa.table(columns | {name: _join(rows, parts) for name, parts in layout.parts.items()})


def _join(rows: pa.Table, columns: tuple[str, ...]) -> pa.ChunkedArray:
    if len(columns) == 1:
        return rows[columns[0]]
    filled = [pc.fill_null(rows[column], "") for column in columns]
    return pc.binary_join_element_wise(*filled, " ")


class _Finder:
    """Finds delivered columns by name or else by question text, compared as labels are."""

    def __init__(self, rows: pa.Table) -> None:
        self.columns = [name for name in rows.column_names if not name.startswith("@")]
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_text: dict[str, list[str]] = defaultdict(list)
        for name in self.columns:
            self._by_name[normalise_label(name)].append(name)
        for name, text in column_texts(rows).items():
            self._by_text[normalise_label(text)].append(name)

    def columns_of(self, wanted: str) -> list[str]:
        """Return every column of that name; where none has it, every column of that question text."""
        label = normalise_label(wanted)
        return self._by_name.get(label) or self._by_text.get(label) or []


def column_texts(rows: pa.Table) -> Mapping[str, str]:
    """Return the other wordings of delivered columns, such as the question under a code, by their names."""
    texts: Mapping[str, str] = json.loads((rows.schema.metadata or {}).get(b"texts", b"{}"))
    return texts
