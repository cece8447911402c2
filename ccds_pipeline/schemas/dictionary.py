"""The data dictionary as a page: every column and every delivered field, from the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from ccds_pipeline.schemas.field_register import (
    OTHER_DELIVERED,
    RETENTION,
    SOURCE_FIELDS,
    SourceField,
    field_entries,
)

_COLUMN_HEADER = ("Column", "Type", "Class", "Meaning", "Purpose", "Kept", "Generalised from")


def data_dictionary() -> str:
    """Return the dictionary as Markdown: delivered fields, retention classes, then table by table."""
    parts = ["# Data dictionary", "", "## Delivered fields", ""]
    parts += _table(("Field", "Class", "What becomes of it", "Column"), _delivered(SOURCE_FIELDS))
    parts += ["", *_table(("Also delivered", "Class", "What becomes of it", "Column"),
                          _delivered(OTHER_DELIVERED))]  # fmt: skip
    parts += ["", "## Retention", "", *_table(("Class", "Kept"), sorted(RETENTION.items()))]
    for name, entries in groupby(field_entries(), key=lambda entry: f"{entry.zone}.{entry.table}"):
        rows = [
            (one.column, one.type, one.privacy, one.meaning, one.purpose, one.retention, one.generalisation)
            for one in entries
        ]
        parts += ["", f"## {name}", "", *_table(_COLUMN_HEADER, rows)]
    return "\n".join(parts)


def _delivered(fields: Mapping[str, SourceField]) -> list[tuple[str, ...]]:
    return [(name, one.privacy, one.fate, ", ".join(one.columns)) for name, one in fields.items()]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
