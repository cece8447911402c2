"""A first draft of a source's mapping, in the YAML of the programme file, with what it rests on as comments.

It is text for a person to check and paste: whatever the file does not decide is left open in it, so that a
draft that was pasted unread refuses files instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ccds_pipeline.ingest.conform.fields import INSTANTS
from ccds_pipeline.ingest.inspection.compare import Proposal, assign, field_names
from ccds_pipeline.ingest.inspection.content import DATES, ColumnContent, printable
from ccds_pipeline.ingest.inspection.look import Look
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import FIELDS_OF_RECORD, REQUIRED_FIELDS_OF_RECORD, Programme
from ccds_pipeline.sources.facts import ToolFacts, columns_of
from ccds_pipeline.sources.formats import facts_of

_KEY_WORDS = frozenset({"id", "no", "no.", "number", "ref", "reference", "urn", "token", "code", "#"})
OPEN = "TO BE NAMED"
"""What stands for what the file does not say; no column is called so, and it is no wave."""
EXACT = 100
_OF_PERSONS = ("email", "name", "reference", "session_code")
_MEANT = {
    "session_code": "extract: or values: if its text is more than the code; take the line out if it has none",
    "status": "values: for booked, pending and cancelled",
}


@dataclass(frozen=True)
class _Guess:
    """What a draft says. ``fields`` are mappings as the programme file writes them; None is to be named."""

    record: str
    why: str
    fields: Mapping[str, Mapping[str, Any] | None]
    questions: Mapping[str, Proposal]
    key: Sequence[str] | None
    facts: ToolFacts
    columns: Mapping[str, ColumnContent]

    @property
    def certain(self) -> dict[str, str]:
        """The questions whose column has their very wording, with the column."""
        return {name: found.column for name, found in self.questions.items() if found.likeness == EXACT}

    @property
    def used(self) -> set[str]:
        mapped = {name for mapping in self.fields.values() if mapping for name in columns_of(mapping)}
        asked = {proposal.column for proposal in self.questions.values()}
        return {normalise_label(name) for name in (*mapped, *asked, *(self.key or ()))}

    def column_of(self, field: str) -> ColumnContent | None:
        """Return the one column of a field, None where it is joined, not there or to be named."""
        names = columns_of(self.fields.get(field) or {})
        return self.columns.get(normalise_label(names[0])) if len(names) == 1 else None


def draft_source(look: Look, programme: Programme, *, source_id: str = "new_source") -> str:
    """Return the draft, to be pasted below ``sources:``.

    Args:
        look: The file; not a companion.
        programme: Whose questions are looked for, and whose sources show how fields may be called.
        source_id: What the source is called.
    """
    guess, waves = _guess(look, programme), ", ".join(wave.id for wave in programme.waves)
    lines = [
        f"- id: {source_id}",
        "  label: Say what is exported here",
        f"  format: {look.format}",
        *([f"  options: {as_flow(dict(look.options))}"] if look.options else []),
        f"  record: {guess.record}  # {guess.why}",
        *([f"  wave: {OPEN}  # one of {waves}"] if guess.record == "response" else []),
        *_time_lines(guess, programme),
        *_key_lines(guess, look.columns),
        *_field_lines(guess, look.columns),
        *_question_lines(guess, programme),
        *([f"  marks: {as_flow(_plain(guess.facts.marks))}"] if guess.facts.marks else []),
        *_exclude_lines(guess),
        *_ignore_lines(
            [column.name for column in look.columns if normalise_label(column.name) not in guess.used]
        ),
    ]
    return "\n".join(f"  {line}" for line in lines)


def find_person(look: Look, programme: Programme) -> str | None:
    """Return the column of the e-mail address, by which people are told apart; None if there is none."""
    column = _guess(look, programme).column_of("email")
    columns = [column] if column else _addresses(look.columns)
    return columns[0].name if columns else None


def free_columns(look: Look, programme: Programme) -> list[ColumnContent]:
    """Return the columns that a draft makes no field, key or exclusion of: perhaps questions."""
    guess = _guess(look, programme)
    own = (*guess.facts.own, *(rule.column for rule in guess.facts.exclude))
    known = guess.used | set(map(normalise_label, own))
    named = {normalise_label(text) for field in _OF_PERSONS for text in field_names()[field]}
    columns = [column for column in look.columns if normalise_label(column.name) not in known | named]
    return [column for column in columns if guess.record == "response" and not column.counts["e-mail-like"]]


def _guess(look: Look, programme: Programme) -> _Guess:
    facts = facts_of(look.format)
    by_label = {normalise_label(text): column for column in look.columns for text in (column.text,) if text}
    by_label |= {normalise_label(column.name): column for column in look.columns}
    columns = [column for column in look.columns if column.name not in _taken(facts, look.columns)]
    asked = _columns_besides(columns, _fields(columns, programme, "response"))
    questions = assign({question.id: [question.text] for question in programme.questions}, asked)
    record, why = (facts.record, "by its format") if facts.record else _record(look, questions, programme)
    fields: dict[str, Mapping[str, Any] | None] = {}
    for name, ways in facts.fields.items():
        fields[name] = next((way for way in ways if _has(by_label, columns_of(way))), None)
    rest = [column for column in look.columns if column.name not in _taken(facts, look.columns)]
    found = _fields(rest, programme, record) if record in FIELDS_OF_RECORD else {}
    fields |= {name: mapping for name, mapping in found.items() if name not in facts.fields}
    for name in sorted(REQUIRED_FIELDS_OF_RECORD.get(record, frozenset()) - set(fields)):
        fields[name] = None
    fields.setdefault("session_code", None)  # of a response too: without it, it is of no session
    if _addresses(look.columns):
        fields.setdefault("email", None)
    key = _key(facts, look, by_label)
    questions = questions if record == "response" else {}
    return _Guess(record, why, fields, questions, key, facts, by_label)


def _addresses(columns: Sequence[ColumnContent]) -> list[ColumnContent]:
    """Return the columns that hold nothing but e-mail addresses."""
    return [column for column in columns if 0 < column.filled == column.counts["e-mail-like"]]


def _has(by_label: Mapping[str, ColumnContent], columns: Sequence[str]) -> bool:
    return all(normalise_label(name) in by_label for name in columns)


def _taken(facts: ToolFacts, columns: Sequence[ColumnContent]) -> set[str]:
    """Return the columns that are a field by the facts of the tool."""
    known = {
        normalise_label(name) for ways in facts.fields.values() for way in ways for name in columns_of(way)
    }
    return {column.name for column in columns if normalise_label(column.name) in known}


def _key(facts: ToolFacts, look: Look, by_label: Mapping[str, ColumnContent]) -> Sequence[str] | None:
    """Return the key by the facts of the tool; of a table a column that looks like one; None if unknown."""
    if facts.key is not None:
        parts = [name for name in facts.key_parts if _has(by_label, [name])]
        return [*facts.key, *parts] if _has(by_label, facts.key) else None
    if facts.record:
        return None
    return next(([column.name] for column in _key_candidates(look.columns) if _is_called_a_key(column)), None)


def _columns_besides(
    columns: Sequence[ColumnContent], fields: Mapping[str, Mapping[str, Any] | None]
) -> list[ColumnContent]:
    taken = {name for mapping in fields.values() if mapping for name in columns_of(mapping)}
    return [column for column in columns if column.name not in taken]


def _fields(
    columns: Sequence[ColumnContent], programme: Programme, record: str
) -> dict[str, Mapping[str, Any] | None]:
    """Find each field of a record as the programme's other sources map it, or by what tools call it.

    Whose session and whose state a text means is not in its column's name: these are to be named.
    """
    found: dict[str, Mapping[str, Any] | None] = {}
    mapped = [source.fields for source in programme.sources if source.record == record]
    for name in (*field_names(), *sorted(FIELDS_OF_RECORD[record] - set(field_names()))):
        if name not in FIELDS_OF_RECORD[record]:
            continue
        free = {normalise_label(column.name): column for column in reversed(_columns_besides(columns, found))}
        as_mapped = [fields[name] for fields in mapped if name in fields]
        for mapping in as_mapped:
            called = next((text for text in mapping.column if normalise_label(text) in free), None)
            if called is not None and name not in found:
                column = free[normalise_label(called)].name
                kept = mapping.model_dump(
                    mode="json", exclude_defaults=True, exclude={"fallback", "optional"}
                )
                found[name] = kept | {"column": column}
        if name not in found and any(normalise_label(text) in free for text in field_names().get(name, ())):
            text = next(text for text in field_names()[name] if normalise_label(text) in free)
            column = free[normalise_label(text)].name
            found[name] = None if name in _MEANT else {"column": column}
    return found


def _record(look: Look, questions: Mapping[str, Proposal], programme: Programme) -> tuple[str, str]:
    """Guess what a table holds; of a layout that may hold any records nothing is guessed."""
    if look.format != "table":
        return OPEN, "booking, attendance or response"
    if {"joined_at", "left_at"} <= _fields(look.columns, programme, "attendance").keys():
        return "attendance", "a guess: it has times of joining and leaving"
    if questions:
        return "response", f"a guess: {len(questions)} column(s) are like questions of the programme"
    if {"status", "booked_at"} & _fields(look.columns, programme, "booking").keys():
        return "booking", "a guess: it has the state or the time of a booking"
    return "response", "a guess: nothing says that it holds bookings or attendance"


def _key_candidates(columns: Sequence[ColumnContent]) -> list[ColumnContent]:
    return [column for column in columns if column.is_full and column.is_unique]


def _is_called_a_key(column: ColumnContent) -> bool:
    label = normalise_label(column.name)
    return not _KEY_WORDS.isdisjoint(label.split()) or label.endswith("id")


def _time_lines(guess: _Guess, programme: Programme) -> Iterator[str]:
    times = [column for name in guess.fields if name in INSTANTS and (column := guess.column_of(name))]
    times = [column for column in times if column.filled]
    yield _zone_line(guess, times, programme)
    formats: dict[str, None] = {}
    for column in times:
        fitting = [form for form, count in column.formats.items() if count == column.filled]
        formats |= dict.fromkeys(fitting if len(fitting) == 1 else [OPEN])
        if len(fitting) != 1:
            yield f"  # {printable(column.name)}: {_evidence(column, fitting)}"
    yield f"  timestamp_formats: {as_flow(list(formats))}"


def _zone_line(guess: _Guess, times: Sequence[ColumnContent], programme: Programme) -> str:
    if guess.facts.timezone:
        return f"  timezone: {guess.facts.timezone}  # of every export of this tool"
    if times and all("(utc)" in normalise_label(column.name) for column in times):
        return "  timezone: UTC  # by the names of the columns"
    zones = sorted({word for column in times for word, count in column.zones.items() if count})
    named = f"the file names {', '.join(zones)}" if zones else "the file names no zone"
    return f"  timezone: {programme.timezone}  # {named}"


def _evidence(column: ColumnContent, fitting: Sequence[str]) -> str:
    if fitting:
        return f"{' and '.join(fitting)} fit all {column.filled:,} values; look which one the tool writes"
    counts = ", ".join(f"{column.counts[order]:,} {order}" for order in DATES if column.counts[order])
    return f"no known format fits all values ({counts or 'none looks like a date'})"


def _key_lines(guess: _Guess, columns: Sequence[ColumnContent]) -> Iterator[str]:
    if guess.key is None:
        yield "  # name what identifies a record for good; without a key, overlapping exports count twice"
        for column in columns:
            if column.is_full and not column.is_unique and _is_called_a_key(column):
                name = printable(column.name)
                yield f"  # full, but not all different (were records exported twice?): {name}"
    key = [OPEN] if guess.key is None else list(guess.key)
    others = [column.name for column in _key_candidates(columns) if column.name not in key]
    note = f"  # full and all different too: {', '.join(map(printable, others))}" if others else ""
    yield f"  key: {as_flow(key)}{note}"


def _field_lines(guess: _Guess, columns: Sequence[ColumnContent]) -> Iterator[str]:
    yield "  fields:" if guess.fields else "  fields: {}"
    for name, mapping in guess.fields.items():
        if mapping is not None:
            yield f"    {name}: {as_flow(_plain(mapping))}"
    labels = {normalise_label(column.name): column.name for column in columns}
    for name, mapping in guess.fields.items():
        if mapping is None:
            like = [
                labels[label]
                for label in map(normalise_label, field_names().get(name, ()))
                if label in labels
            ]
            if name == "email":
                like = [column.name for column in _addresses(columns)]
            perhaps = f"; perhaps {printable(', '.join(like))}" if like else ""
            how = f", with {_MEANT[name]}" if name in _MEANT else ""
            yield f"    {name}: {as_flow({'column': OPEN})}  # name its column{how}{perhaps}"


def _question_lines(guess: _Guess, programme: Programme) -> Iterator[str]:
    if guess.questions:
        yield "  questions:" if guess.certain else "  questions: {}"
    for question_id, column in guess.certain.items():
        yield f"    {as_flow({question_id: column})[1:-1]}"
    for question_id, proposal in guess.questions.items():
        if question_id not in guess.certain:
            text = printable(programme.questions_by_id[question_id].text)
            line = as_flow({question_id: printable(proposal.column)})[1:-1]
            yield f"    # {line}  # {proposal.likeness} of 100 alike, if it is: {text}"


def _exclude_lines(guess: _Guess) -> Iterator[str]:
    customary = [rule for rule in guess.facts.exclude if _has(guess.columns, [rule.column])]
    if customary:
        yield "  exclude:"
    for rule in customary:
        entry = {"reason": rule.reason, "column": rule.column, "equals": list(rule.equals)}
        yield f"    - {as_flow(entry)}"


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(part) if isinstance(part, tuple) else part for name, part in content.items()}


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
