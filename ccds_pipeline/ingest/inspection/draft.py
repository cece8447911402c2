"""A first draft of a source's mapping, in the YAML of the programme file, with what it rests on as comments.

It is text for a person to check and paste: whatever the file does not decide is left open in it, so that a
draft that was pasted unread refuses files instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from ccds_pipeline.ingest.conform.fields import INSTANTS
from ccds_pipeline.ingest.inspection.compare import Proposal, assign, field_names
from ccds_pipeline.ingest.inspection.content import DATES, ColumnContent, printable
from ccds_pipeline.ingest.inspection.look import Look
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import FIELDS_OF_RECORD, REQUIRED_FIELDS_OF_RECORD, Programme

_KEY_WORDS = frozenset({"id", "no", "no.", "number", "ref", "reference", "urn", "token", "code", "#"})
_OPEN = "TO BE NAMED"


@dataclass(frozen=True)
class _Guess:
    record: str
    why: str
    fields: Mapping[str, ColumnContent]
    questions: Mapping[str, Proposal]
    key: Sequence[str]

    @property
    def used(self) -> set[str]:
        fields = {column.name for column in self.fields.values()}
        return fields | {proposal.column for proposal in self.questions.values()} | set(self.key)


def draft_source(look: Look, programme: Programme) -> str:
    """Return the draft, to be pasted below ``sources:``.

    Args:
        look: The file; not a companion.
        programme: Whose questions are looked for, and whose sources show how fields may be called.
    """
    guess, waves = _guess(look, programme), ", ".join(wave.id for wave in programme.waves)
    lines = [
        "- id: new_source",
        "  label: Say what is exported here",
        f"  format: {look.format}",
        *([f"  options: {as_flow(dict(look.options))}"] if look.options else []),
        f"  record: {guess.record}  # a guess: {guess.why}",
        *([f"  wave: {_OPEN}  # one of {waves}"] if guess.record == "response" else []),
        *_time_lines(guess, programme),
        *_key_lines(guess, look.columns),
        *_field_lines(guess),
        *_question_lines(guess, programme),
        *_ignore_lines([column.name for column in look.columns if column.name not in guess.used]),
    ]
    return "\n".join(f"  {line}" for line in lines)


def _guess(look: Look, programme: Programme) -> _Guess:
    asked = _columns_besides(look.columns, _fields(look.columns, programme, "response"))
    questions = assign({question.id: [question.text] for question in programme.questions}, asked)
    record, why = _record(look, questions, programme)
    fields = _fields(look.columns, programme, record)
    key = next(([column.name] for column in _key_candidates(look.columns) if _is_called_a_key(column)), [])
    return _Guess(record, why, fields, questions if record == "response" else {}, key)


def _columns_besides(
    columns: Sequence[ColumnContent], fields: Mapping[str, ColumnContent]
) -> list[ColumnContent]:
    taken = {column.name for column in fields.values()}
    return [column for column in columns if column.name not in taken]


def _fields(columns: Sequence[ColumnContent], programme: Programme, record: str) -> dict[str, ColumnContent]:
    """Find the column of each field of a record by what tools, or other sources of it, call it."""
    found: dict[str, ColumnContent] = {}
    sources = [source for source in programme.sources if source.record == record]
    for name in (name for name in field_names() if name in FIELDS_OF_RECORD[record]):
        mapped = (source.fields[name].column for source in sources if name in source.fields)
        labels = {normalise_label(text) for texts in (field_names()[name], *mapped) for text in texts}
        free = _columns_besides(columns, found)
        called = [column for column in free if normalise_label(column.name) in labels]
        found |= {name: called[0]} if called else {}
    return found


def _record(look: Look, questions: Mapping[str, Proposal], programme: Programme) -> tuple[str, str]:
    of_format = {source.record for source in programme.sources if source.format == look.format}
    if len(of_format) == 1 and look.format != "table":
        return of_format.pop(), "the programme's other sources of this format are"
    if {"joined_at", "left_at"} <= _fields(look.columns, programme, "attendance").keys():
        return "attendance", "it has times of joining and leaving"
    if questions:
        return "response", f"{len(questions)} column(s) are like questions of the programme"
    if {"status", "booked_at"} & _fields(look.columns, programme, "booking").keys():
        return "booking", "it has the state or the time of a booking"
    return "response", "nothing says that it holds bookings or attendance"


def _key_candidates(columns: Sequence[ColumnContent]) -> list[ColumnContent]:
    return [column for column in columns if column.is_full and column.is_unique]


def _is_called_a_key(column: ColumnContent) -> bool:
    label = normalise_label(column.name)
    return not _KEY_WORDS.isdisjoint(label.split()) or label.endswith("id")


def _time_lines(guess: _Guess, programme: Programme) -> Iterator[str]:
    times = [column for name, column in guess.fields.items() if name in INSTANTS and column.filled]
    zones = sorted({word for column in times for word, count in column.zones.items() if count})
    named = f"the file names {', '.join(zones)}" if zones else "the file names no zone"
    yield f"  timezone: {programme.timezone}  # {named}"
    formats: dict[str, None] = {}
    for column in times:
        fitting = [form for form, count in column.formats.items() if count == column.filled]
        if len(fitting) == 1:
            formats |= dict.fromkeys(fitting)
        else:
            yield f"  # {printable(column.name)}: {_evidence(column, fitting)}"
    yield f"  timestamp_formats: {as_flow(list(formats))}"


def _evidence(column: ColumnContent, fitting: Sequence[str]) -> str:
    if fitting:
        return f"{' and '.join(fitting)} fit all {column.filled:,} values; look which one the tool writes"
    counts = ", ".join(f"{column.counts[order]:,} {order}" for order in DATES if column.counts[order])
    return f"no known format fits all values ({counts or 'none looks like a date'})"


def _key_lines(guess: _Guess, columns: Sequence[ColumnContent]) -> Iterator[str]:
    if not guess.key:
        yield "  # name what identifies a record for good; without a key, overlapping exports count twice"
    for column in columns if not guess.key else ():
        if column.is_full and not column.is_unique and _is_called_a_key(column):
            yield f"  # full, but not all different (were records exported twice?): {printable(column.name)}"
    others = [column.name for column in _key_candidates(columns) if column.name not in guess.key]
    note = f"  # full and all different too: {', '.join(map(printable, others))}" if others else ""
    yield f"  key: {as_flow(list(guess.key))}{note}"


def _field_lines(guess: _Guess) -> Iterator[str]:
    yield "  fields:" if guess.fields or REQUIRED_FIELDS_OF_RECORD[guess.record] else "  fields: {}"
    for name, column in guess.fields.items():
        yield f"    {name}: {as_flow({'column': column.name})}"
    for name in sorted(REQUIRED_FIELDS_OF_RECORD[guess.record] - set(guess.fields)):
        yield f"    {name}: {as_flow({'column': _OPEN})}  # every {guess.record} needs it"


def _question_lines(guess: _Guess, programme: Programme) -> Iterator[str]:
    if guess.questions:
        yield "  questions:  # by likeness alone: check each"
    for question_id, proposal in guess.questions.items():
        text = printable(programme.questions_by_id[question_id].text)
        yield f"    {as_flow({question_id: proposal.column})[1:-1]}  # {proposal.likeness} of 100 alike: {text}"


def _ignore_lines(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield "  ignore:  # known and not wanted; take out what is, and map it above"
    for name in names:
        yield f"    - {as_flow([name])[1:-1]}"


def as_flow(content: object) -> str:
    """Write content as YAML in one line; what steers a terminal is escaped."""
    is_plain = printable(str(content)) == str(content)
    text = yaml.safe_dump(
        content, default_flow_style=True, width=float("inf"), allow_unicode=is_plain, sort_keys=False
    )
    return str(text).strip()
