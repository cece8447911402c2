"""How a file's columns differ from a source's mapping, with proposals for what is missing.

Columns are matched by ``ingest.conform.layout``, as at ingest; a proposal counts only once it is written into
the programme file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ccds_pipeline.ingest.conform.layout import Wanted, match_columns
from ccds_pipeline.ingest.inspection.alike import Proposal, most_alike
from ccds_pipeline.ingest.inspection.look import Look
from ccds_pipeline.ingest.inspection.names import FIELD_NAMES
from ccds_pipeline.programme.model import Programme, Source


class Missing(NamedTuple):
    """A column that the mapping names and the file lacks, and the new column most like it, if any."""

    wanted: Wanted
    proposal: Proposal | None


class Comparison(NamedTuple):
    """What the mapping names and the file lacks; what the file has and the mapping does not know."""

    missing: tuple[Missing, ...]
    new: tuple[str, ...]


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
        yield from FIELD_NAMES.get(name, ())
