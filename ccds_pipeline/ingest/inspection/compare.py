"""How a file's columns differ from a source's mapping, with proposals for what is missing.

Columns are matched by ``ingest.conform.layout``, as at ingest; a proposal counts only once it is written into
the programme file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz

from ccds_pipeline.ingest.conform.layout import Wanted, match_columns
from ccds_pipeline.ingest.inspection.content import ColumnContent
from ccds_pipeline.ingest.inspection.look import Look
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline.sources.labels import normalise_label


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


# By canonical field; compared as labels are.
FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e-mail", "email address", "e-mail address", "mail", "attendee email", "recipientemail",
        "submitter email", "user email", "work email",
    ),
    "reference": ("reference", "ref", "booking reference", "order code", "externalreference", "attendee no."),
    "session_code": (
        "session", "session code", "event", "event slug", "event name", "event id", "meeting title", "topic",
    ),
    "session_starts_at": ("start date and time", "meeting start time", "session start", "starts"),
    "session_ends_at": ("meeting end time", "session end", "ends"),
    "booked_at": ("order date", "booked", "booked at", "booking date", "registration time"),
    "status": ("status", "attendee status", "booking status", "approval status"),
    "organisation": ("organisation", "organization", "company", "employer", "trust"),
    "job_title": ("job title", "job", "role title"),
    "joined_at": ("join time", "joined", "joined at", "first join"),
    "left_at": ("leave time", "left", "left at", "last leave"),
    "role": ("role", "roles"),
    "started_at": ("start date", "startdate", "start time", "started", "date started", "startdate (utc)"),
    "submitted_at": (
        "submitted", "submitted at", "submission date", "submitdate", "date submitted", "end date",
        "recordeddate", "completion time", "timestamp", "submit date (utc)", "sent",
    ),
}  # fmt: skip
