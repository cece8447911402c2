"""Which mapped cells a reader could not deliver: a faulty cell that nobody maps costs nothing.

What makes a cell faulty belongs in ``sources``; that its row is rejected, in ``prepare``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from ccds_pipeline.sources.delivered import CELL_FAULTS_COLUMN

_PREFIX = f"{CELL_FAULTS_COLUMN}."
_NAMED_BY_THEIR_LIST = {"exclude", "key", "last_page", "name"}
_IDENTIFIER = re.compile(r"\w+")
DECISIVE = frozenset({"exclude", "key"})
"""Without these it is not known which record a row is, or whether it is one."""


def mapped_cell_faults(rows: pa.Table, parts: Mapping[str, tuple[str, ...]]) -> dict[str, pa.Array]:
    """Return a column for each field or question with a faulty cell: the rule that it breaks (null: none).

    Args:
        rows: A batch of a reader.
        parts: The delivered columns of each part, as in ``Layout``.
    """
    if CELL_FAULTS_COLUMN not in rows.column_names:
        return {}
    named_by: defaultdict[str, set[str]] = defaultdict(set)
    for part, columns in parts.items():
        for column in columns:
            named_by[column].add(_name_of(part))
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for row, faults in enumerate(rows[CELL_FAULTS_COLUMN].to_pylist()):
        for column, rule in faults or ():
            for name in named_by[column]:
                found[name][row] = rule
    return {
        f"{_PREFIX}{name}": pa.array([rules.get(row) for row in range(rows.num_rows)], pa.string())
        for name, rules in found.items()
    }


def _name_of(part: str) -> str:
    """Return the field or question that a part is of; of the others, their list in the mapping."""
    names: list[str] = _IDENTIFIER.findall(part)
    return names[0] if names[0] in _NAMED_BY_THEIR_LIST else names[1]


def faulty_parts(columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that ``mapped_cell_faults`` made, each with its field or question."""
    for column in columns:
        if column.startswith(_PREFIX):
            yield column, column.removeprefix(_PREFIX)
