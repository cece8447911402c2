"""Which mapped cells a reader could not deliver: a faulty cell that nobody maps costs nothing.

What makes a cell faulty belongs in ``sources``; that its row is rejected, in ``prepare``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from ccds_pipeline.sources.delivered import CELL_FAULTS_COLUMN

_PREFIX = f"{CELL_FAULTS_COLUMN}."
_NAMED_BY_THEIR_LIST = {"exclude", "key", "last_page", "name"}
DECISIVE = frozenset({"exclude", "key"})
"""Without these it is not known which record a row is, or whether it is one."""


def mapped_cell_faults(rows: pa.Table, parts: Mapping[str, tuple[str, ...]]) -> dict[str, pa.Array]:
    """Return, for each part with a faulty cell, the rule that it breaks in each row (null where none).

    Args:
        rows: A batch of a reader.
        parts: The delivered columns of each part, as in ``Layout``.
    """
    if CELL_FAULTS_COLUMN not in rows.column_names:
        return {}
    by_column: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for row, faults in enumerate(rows[CELL_FAULTS_COLUMN].to_pylist()):
        for column, rule in faults or ():
            by_column[column][row] = rule
    found = {
        name: {row: rule for column in columns for row, rule in by_column.get(column, {}).items()}
        for name, columns in parts.items()
    }
    return {
        f"{_PREFIX}{name}": pa.array([rules.get(row) for row in range(rows.num_rows)], pa.string())
        for name, rules in found.items()
        if rules
    }


def faulty_parts(columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that ``mapped_cell_faults`` made, each with the field or question that it is of."""
    for column in columns:
        if column.startswith(_PREFIX):
            kind, *name = column.removeprefix(_PREFIX).split(".")
            yield column, kind if kind in _NAMED_BY_THEIR_LIST else name[0]
