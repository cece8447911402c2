"""How a file's columns differ from a source's mapping, with proposals for what is missing.

Columns are matched by ``ingest.conform.layout``, as at ingest; a proposal counts only once it is written into
the programme file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml
from rapidfuzz import fuzz

from ccds_pipeline.ingest.conform.layout import Wanted, match_columns
from ccds_pipeline.ingest.inspection.content import ColumnContent
from ccds_pipeline.ingest.inspection.look import Look
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import Programme, Source


class Missing(NamedTuple):
    """A column that the mapping names and the file lacks, and the new column most like it, if any."""

    wanted: Wanted
    proposal: Proposal | None


class Comparison(NamedTuple):
    """What the mapping names and the file lacks; what the file has and the mapping does not know."""

    missing: tuple[Missing, ...]
    new: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether a required column is missing, so that a load refuses the file."""
        return any(column.wanted.is_required for column in self.missing)


def compare(look: Look, source: Source, programme: Programme) -> Comparison:
    """Compare a file that was looked at with a source's mapping."""
    if look.header is None:
        return Comparison((), ())
    layout = match_columns(source, look.header)
    new = [column for column in look.columns if column.name in layout.unmapped]
    missing = (Missing(wanted, most_alike(_wordings(wanted, programme), new)) for wanted in layout.missing)
    return Comparison(tuple(missing), layout.unmapped)


def _wordings(wanted: Wanted, programme: Programme) -> Iterator[str]:
    yield from wanted.names
    kind, _, name = wanted.part.partition(".")
    if kind == "question" and name in programme.questions_by_id:
        yield programme.questions_by_id[name].text
    if kind == "field":
        yield from field_names().get(name, ())


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


@cache
def field_names() -> Mapping[str, Sequence[str]]:
    """Return what the columns of each canonical field are called (``field_names.yaml``)."""
    file = resources.files("ccds_pipeline.ingest.inspection") / "field_names.yaml"
    names: Mapping[str, Sequence[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return names
