"""Columns that may be meant: names and questions compared by how alike they are (RapidFuzz).

A likeness is only ever shown as a proposal; nothing is mapped by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz

from ccds_pipeline.ingest.inspection.content import ColumnContent
from ccds_pipeline.sources.labels import normalise_label

LEAST_ALIKE = 60


class Proposal(NamedTuple):
    """A delivered column that may be meant, and how alike the wordings are: 0 to 100."""

    column: str
    likeness: int


def most_alike(wordings: Iterable[str], columns: Iterable[ColumnContent]) -> Proposal | None:
    """Return the column most like one of the wordings; None where none is ``LEAST_ALIKE`` or more."""
    wanted = [normalise_label(wording) for wording in wordings]
    rated = [Proposal(column.name, likeness(wanted, column)) for column in columns]
    best = max(rated, key=lambda proposal: proposal.likeness, default=None)
    return best if best is not None and best.likeness >= LEAST_ALIKE else None


def likeness(wanted: Iterable[str], column: ColumnContent) -> int:
    """Return how alike a column is to normalised wordings, by its name or its other wording: 0 to 100."""
    own = [normalise_label(text) for text in (column.name, column.text) if text]
    return round(max((fuzz.token_sort_ratio(name, text) for name in wanted for text in own), default=0))


def assign(wordings: Mapping[str, Iterable[str]], columns: Iterable[ColumnContent]) -> dict[str, Proposal]:
    """Propose a column for each name that has one, the most alike first; no column is proposed twice."""
    wanted = {name: [normalise_label(text) for text in texts] for name, texts in wordings.items()}
    rated = [
        (name, Proposal(column.name, likeness(texts, column)))
        for column in columns
        for name, texts in wanted.items()
    ]
    chosen: dict[str, Proposal] = {}
    for name, proposal in sorted(rated, key=lambda pair: -pair[1].likeness):
        taken = {other.column for other in chosen.values()}
        if proposal.likeness >= LEAST_ALIKE and name not in chosen and proposal.column not in taken:
            chosen[name] = proposal
    return chosen
