"""The lines of a source that change where a file's columns were renamed, to be put into the programme file.

Which column is most like a missing one is found in ``compare``; nothing here writes the programme file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccds_pipeline.ingest.inspection.compare import Comparison, Missing
from ccds_pipeline.ingest.inspection.draft import as_flow
from ccds_pipeline.programme.model import Source

_NO_ALTERNATIVES = "takes no alternatives: earlier files, loaded again, are refused"


def changed_lines(found: Comparison, source: Source) -> Iterator[str]:
    """Yield the changed lines of the source, each below what it belongs to; a comment where there is none."""
    renamed = {column.wanted: column.proposal.column for column in found.missing if column.proposal}
    if not renamed:
        yield f"# No column of the file is like one that source {source.id} lacks."
        return
    yield f"# Of source {source.id}, if these columns are what is meant:"
    content = source.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    heading = ""
    for column in _with_proposals(found):
        above, lines = _changed(column, content)
        if above != heading:
            yield from ([f"    {above}:"] if above else [])
            heading = above
        yield from lines


def _with_proposals(found: Comparison) -> list[Missing]:
    return [column for column in found.missing if column.proposal is not None]


def _changed(missing: Missing, content: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return what the changed lines stand below, empty where in the source itself, and the lines."""
    wanted, new = missing.wanted, missing.proposal.column if missing.proposal else ""
    kind, _, name = wanted.part.partition(".")
    (old, *_) = wanted.names
    if kind == "question":
        question = name.partition(".")[0]
        return "questions", [f"      {_entry(question, _question(content['questions'][question], old, new))}"]
    if kind in {"field", "fallback"}:
        return "fields", [f"      {_entry(name, _with_column(content['fields'][name], old, new))}"]
    if kind == "exclude":
        changed = _with_column(content["exclude"][int(name)], old, new)
        return "exclude", [f"      - {as_flow(changed)}"]
    if kind == "name":
        return "", [f"    {_entry('names', [*content['names'], new])}"]
    if kind == "key":
        replaced = [new if column == old else column for column in content["key"]]
        return "", [f"    {_entry('key', replaced)}  # a key {_NO_ALTERNATIVES}"]
    return "", [f"    {_entry('marks', _with_last_page(content['marks'], new))}"]


def _question(mapping: Mapping[str, Any], old: str, new: str) -> object:
    changed = _with_column(mapping, old, new)
    return changed["column"] if set(changed) == {"column"} else changed


def _with_column(mapping: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Add a wording beside the old ones, or put it in the old one's place where only one is taken."""
    changed = dict(mapping)
    if old in changed.get("column", ()):
        changed["column"] = [*changed["column"], new]
    elif changed.get("fallback") == old:
        changed["fallback"] = new
    elif old in changed.get("join", ()):
        changed["join"] = [new if column == old else column for column in changed["join"]]
    else:
        options = changed.get("option_columns", {})
        changed["option_columns"] = {
            code: new if column == old else column for code, column in options.items()
        }
    return changed


def _with_last_page(marks: Mapping[str, Any], new: str) -> dict[str, Any]:
    return {**marks, "last_page": [*marks["last_page"], new]}


def _entry(name: str, content: object) -> str:
    return as_flow({name: content})[1:-1]
