"""Find a source's mapped columns in a delivered file, and keep only those.

What stays unmapped is dropped here, before anything is stored (privacy page, P5), and counted.
Understanding the cells belongs in the other modules of ``conform``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.model import FieldMapping, Source
from ccds_pipeline.sources.labels import normalise_label

LINE, FAULT, FILE = "@line", "@fault", "@file"
_REMEDY = (
    "Export the file again with that column, or name the column's present wording in the programme file."
)


@dataclass(frozen=True)
class Layout:
    """Which delivered columns make which part of a record.

    ``parts`` maps the name of a part to the delivered columns that are put together for it, in order.
    Parts are named ``field.<field>``, ``key.<number>``, ``exclude.<number>``, ``name.<number>``,
    ``question.<id>`` and ``question.<id>.<option>``; ``last_page`` says how far a respondent came.
    """

    parts: dict[str, tuple[str, ...]]
    unmapped: int


def layout_of(source: Source, rows: pa.Table) -> Layout:
    """Match a source's mapping with the columns of a delivered file.

    Raises:
        FileRefusedError: If a required column is missing (rule ``column_missing``).
    """
    finder = _Finder(rows)
    parts: dict[str, tuple[str, ...]] = {}
    for field_name, mapping in source.fields.items():
        parts |= _field_part(field_name, mapping, finder)
    for number, column in enumerate(source.key):
        parts[f"key.{number}"] = (finder.required((column,)),)
    for number, exclusion in enumerate(source.exclude):
        found = finder.first(exclusion.column)
        parts |= {f"exclude.{number}": (found,)} if found is not None else {}
    if source.marks.last_page:
        parts["last_page"] = (finder.required(source.marks.last_page),)
    for number, column in enumerate(source.names):
        found = finder.first((column,))
        parts |= {f"name.{number}": (found,)} if found is not None else {}
    for question_id, question in source.questions.items():
        by_option: dict[str, tuple[str, ...]] = {
            option: (column,) for option, column in question.option_columns.items()
        }
        for option, names in (by_option or {"": question.column}).items():
            found = finder.first(names) if question.optional else finder.required(names)
            name = f"question.{question_id}" + (f".{option}" if option else "")
            parts |= {name: (found,)} if found is not None else {}
    used = {column for columns in parts.values() for column in columns}
    named = [*source.ignore, *(name for field in source.fields.values() for name in field.column)]
    known = used | {found for name in named if (found := finder.first((name,))) is not None}
    return Layout(parts, unmapped=len(set(finder.columns) - known))


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


def _field_part(name: str, mapping: FieldMapping, finder: _Finder) -> dict[str, tuple[str, ...]]:
    if mapping.default is not None:
        return {}
    if mapping.join:
        return {f"field.{name}": tuple(finder.required((column,)) for column in mapping.join)}
    found = finder.first(mapping.column) if mapping.optional else finder.required(mapping.column)
    return {f"field.{name}": (found,)} if found is not None else {}


class _Finder:
    """Finds delivered columns by name or by question text, compared as labels are."""

    def __init__(self, rows: pa.Table) -> None:
        self.columns = [name for name in rows.column_names if not name.startswith("@")]
        texts: Mapping[str, str] = json.loads((rows.schema.metadata or {}).get(b"texts", b"{}"))
        by_text = {normalise_label(text): name for name, text in texts.items() if text}
        by_name = {normalise_label(name): name for name in self.columns}
        self._by_label = by_text | by_name

    def first(self, wanted: Iterable[str]) -> str | None:
        found = (self._by_label.get(normalise_label(name)) for name in wanted)
        return next((name for name in found if name is not None), None)

    def required(self, wanted: tuple[str, ...]) -> str:
        found = self.first(wanted)
        if found is None:
            raise FileRefusedError(
                "column_missing", f"the column {' or '.join(wanted)} is missing", remedy=_REMEDY
            )
        return found
