"""A first programme file from exports: a source per file, their closed questions, and the scales of these.

The mapping of a source is drafted in ``draft``, and which wordings may be shown is decided in ``closed``.
Whatever the files do not say is ``TO BE NAMED``, which ``ccds programme check`` lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from upath import UPath

from ccds_pipeline.ingest.inspection.closed import ClosedColumns
from ccds_pipeline.ingest.inspection.content import ColumnContent, printable
from ccds_pipeline.ingest.inspection.draft import OPEN, as_flow, draft_source, find_person, free_columns
from ccds_pipeline.ingest.inspection.look import Look, look_at, read_again
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import Programme, Question, Source, Wave
from ccds_pipeline.sources.formats import facts_of

_HEAD = """\
# A first draft. Name what is TO BE NAMED, check every line, then: ccds programme check FILE
id: new_programme
name: Say what the programme is called
version: "1"
timezone: Europe/London
waves:
  - {id: pre, label: Before, timing: before}
  - {id: post, label: After, timing: after}
# retention: {source: the document that says so, records: DAYS, comments: DAYS, ledger: DAYS}
# linking: {require_attendance: false}  # where no source says who attended
# attendance: {minimum_minutes: MINUTES}  # who was there for less did not attend
# kpis:
#   - {id: K1, label: Participants, level: reach, rule: {type: reach}}  # for a start"""
_WAVES = (Wave(id="pre", label="Before", timing="before"), Wave(id="post", label="After", timing="after"))
_MOST_SCORES = 11
_OF_NO_WAVE = frozenset({"attendance", "booking"})
_NUMBERS = "numbers"


@dataclass
class _Draft:
    scales: dict[tuple[str, ...], str] = field(default_factory=dict)
    undecided: dict[str, int] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)

    def programme(self, questions: Sequence[Question]) -> Programme:
        """Return a programme for ``draft_source``; it has no source yet, so it is not a valid one."""
        return Programme.model_construct(
            id="new_programme",
            name="",
            version="",
            timezone="Europe/London",
            waves=_WAVES,
            questions=tuple(questions),
            sources=tuple[Source, ...](),
        )

    def ask(self, column: ColumnContent, wordings: Sequence[str]) -> Question:
        """Return the question of a column; columns of one wording ask the same."""
        text = printable(column.text or column.name)
        if normalise_label(text) not in self.questions:
            name = _identifier(text, "question", {question.id for question in self.questions.values()})
            scale = self._scale(tuple(wordings))
            self.questions[normalise_label(text)] = Question(id=name, text=text, scale=scale)
        return self.questions[normalise_label(text)]

    def _scale(self, wordings: tuple[str, ...]) -> str:
        if not wordings or all(re.fullmatch("-?[0-9]+", wording) for wording in wordings):
            return self.scales.setdefault((), _NUMBERS)
        return self.scales.setdefault(wordings, f"scale_{len(self.scales) + 1}")


def draft_programme(files: Sequence[UPath], *, runs_folder: Path) -> str:
    """Return a programme file drafted from exports.

    Of what stands in cells it holds only the wordings of closed questions: those of columns with at most 10
    different answers, each given by at least 11 people. Meetings or bookings of the same columns are one
    source, drafted from the file that leaves least open; surveys are not, as they may be of two waves.

    Raises:
        FileRefusedError: If a file cannot be read; with its path, line, rule and remedy.
    """
    draft, sources, names = _Draft(), dict[str, str](), dict[tuple[str, ...], str]()
    for file in files:
        look = look_at(file, declared="", options={}, runs_folder=runs_folder)
        if look.header is None:
            continue
        export = (look.format, *(column.name for column in look.columns))
        is_known = export in names and facts_of(look.format).record in _OF_NO_WAVE
        name = names[export] if is_known else _identifier(look.format, "source", set(sources))
        names[export] = name
        asked = [*_questions(file, look, draft, runs_folder)]
        drafted = draft_source(look, draft.programme(asked), source_id=name)
        sources[name] = min(sources.get(name, drafted), drafted, key=lambda text: text.count(OPEN))
    parts = [_HEAD, *_scale_lines(draft.scales), *_question_lines(draft), "sources:", *sources.values()]
    return "\n".join(parts) + "\n"


def _questions(file: UPath, look: Look, draft: _Draft, runs_folder: Path) -> Iterator[Question]:
    """Yield the closed questions and numbers of a file; note what else may be a question."""
    bare = draft.programme([])
    columns = free_columns(look, bare)
    closed = ClosedColumns([column.name for column in columns], find_person(look, bare))
    for rows in read_again(file, look, runs_folder=runs_folder):
        closed.add(rows)
    wordings = closed.wordings()
    for column in columns:
        is_number = column.filled > 0 and column.counts["whole number"] == column.filled
        if column.name in wordings and column.distinct > 1:
            yield draft.ask(column, wordings[column.name])
        elif is_number and 1 < column.distinct <= _MOST_SCORES and not column.is_unique:
            yield draft.ask(column, ())
        elif (column.text or column.name).strip().endswith("?"):
            draft.undecided[printable(column.text or column.name)] = column.distinct


def _scale_lines(scales: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    yield "scales:" if scales else "scales: {}"
    for wordings, name in scales.items():
        if not wordings:
            yield f"  {name}: {as_flow({'minimum': OPEN, 'maximum': OPEN})}  # the scale, not what was ticked"
            continue
        yield f"  {name}:  # put the options in ascending order, and add those that nobody ticked"
        yield "    options:"
        codes: set[str] = set()
        for wording in wordings:
            code = _identifier(wording, "option", codes)
            codes.add(code)
            yield f"      - {as_flow({'code': code, 'label': wording})}"


def _question_lines(draft: _Draft) -> Iterator[str]:
    yield "questions:" if draft.questions else "questions: []"
    for question in draft.questions.values():
        parts = question.model_dump(mode="json", exclude_defaults=True)
        yield f"  - {as_flow(parts)}"
    for text, distinct in draft.undecided.items():
        yield f"  # {distinct:,} different answers, some rare (a code, a comment, or a scale): {text}"


def _identifier(text: str, what: str, taken: set[str]) -> str:
    """Return an identifier like a text that no other part has."""
    name = re.sub("[^a-z0-9]+", "_", text.casefold()).strip("_")[:40].strip("_")
    name = name if re.match("[a-z]", name) else f"{what}_{name}".strip("_")
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)
