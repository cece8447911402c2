"""A report of several sections in one file, such as a summary above two lists: every line belongs to one.

Splitting a file at what opens its sections belongs here, and refusing every line that no section takes. What
opens a section in a tool's report, and what is read from it, belongs to the tool's module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, NoReturn

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import Row
from ccds_pipeline.sources.records import Records, texts_of

# The lines with which a report of any of our tools begins; below another one they begin a second.
_BEGINNINGS = frozenset({"1. summary", "meeting summary", "attendee report", "registration report"})


class Opens(Enum):
    """What the line is that opens a section."""

    FACTS = "the title of lines that each say one thing of the report"
    LIST = "the title of a list, whose header is the next line"
    HEADER = "the header of a list without a title"


class Opening(NamedTuple):
    """The section that a line opens, by its kind, and what that line is."""

    kind: str
    by: Opens


@dataclass(frozen=True)
class Section:
    """The lines from one that opens a section to the next.

    ``rows`` are without the title; empty lines are among them. Of a list, the first row that is not empty
    is its header.
    """

    kind: str
    line: int
    by: Opens
    rows: list[Row] = field(default_factory=list)

    @property
    def filled(self) -> list[Row]:
        """The rows that are not empty."""
        return [row for row in self.rows if any(row.cells)]

    @property
    def awaits_header(self) -> bool:
        """Whether the next line that is not empty is the list's header."""
        return self.by is Opens.LIST and not self.filled


def read_sections(records: Records, opening: Callable[[Row], Opening | None]) -> dict[str, Section]:
    """Split a file into its sections, by kind, in the order of the file; titles are other lines.

    The file is read into memory: it is one report.

    Args:
        records: The file.
        opening: Says which section a line opens, if any.

    Raises:
        FileRefusedError: Rule ``wrong_layout`` (the first line opens no section), ``several_reports`` (a
            section occurs twice) or ``unknown_section`` (a line by itself, below a title, is no title).
    """
    sections: dict[str, Section] = {}
    section: Section | None = None
    for row in records.rows:
        opened = opening(row)
        if section is not None and section.awaits_header and opened and opened.by is Opens.HEADER:
            opened = None
        if opened is None:
            _refuse_unknown(records, row, sections)
        elif opened.kind in sections:
            refuse_second_report(row.line)
        else:
            section = sections[opened.kind] = Section(opened.kind, row.line, opened.by)
        if section is None or (opened and opened.by is not Opens.HEADER):
            records.skip(row)
        else:
            section.rows.append(row)
    if not sections:
        raise records.refusal("header_missing", "The file has no line that is not empty")
    return sections


def _refuse_unknown(records: Records, row: Row, sections: Mapping[str, Section]) -> None:
    if not sections and any(row.cells):
        raise records.refusal("wrong_layout", "The file does not begin as a report of this tool", row.line)
    if lone_label(row) in _BEGINNINGS:
        refuse_second_report(row.line)
    has_titles = any(section.by is not Opens.HEADER for section in sections.values())
    if has_titles and lone_label(row):
        raise FileRefusedError(
            "unknown_section",
            "This line stands by itself, as the title of a section does, and no section is called so",
            remedy=(
                "Deliver the report as the tool wrote it, in English; if it did, report this, with the "
                "tool's name."
            ),
            line=row.line,
        )


def lone_label(row: Row) -> str:
    """Return the label of a line that has nothing but its first cell, or the empty text."""
    return normalise_label(row.cells[0] or "") if row.cells and not any(row.cells[1:]) else ""


def read_facts(records: Records, section: Section, known: Mapping[str, str]) -> dict[str, str | None]:
    """Return what lines of a label and a value say of the report; all of them are other lines.

    Args:
        records: The file.
        section: Its lines.
        known: Every label that there can be, normalised, and the name of what it says.

    Raises:
        FileRefusedError: Rule ``unknown_line`` (no label, or more than one value) or ``several_reports``
            (a label occurs twice).
    """
    facts: dict[str, str | None] = {}
    for row in section.rows:
        records.skip(row)
        if not any(row.cells):
            continue
        name = known.get(normalise_label(row.cells[0] or "").rstrip(":"))
        if name is None or any(row.cells[2:]):
            refuse_line(row.line)
        if name in facts:
            refuse_second_report(row.line)
        facts[name] = row.cells[1] if len(row.cells) > 1 else None
    return facts


def read_header(
    records: Records, section: Section, is_header: Callable[[Sequence[str]], bool]
) -> tuple[list[str], list[Row]]:
    """Take a list's header, and the rows under it; the header is another line.

    Args:
        records: The file.
        section: The list.
        is_header: Whether the texts of a row are a header, of this list or of another one.

    Raises:
        FileRefusedError: Rule ``unknown_line`` (it does not begin with a header) or ``several_reports``
            (there is a second one).
    """
    rows = iter(section.rows)
    for row in rows:
        header = records.skip(row)
        if any(header):
            break
    else:
        raise records.refusal("header_missing", "A list of the report has no header", section.line)
    if not is_header(header):
        refuse_line(row.line)
    listed = list(rows)
    for row in listed:
        if any(row.cells) and is_header(texts_of(row)):
            refuse_second_report(row.line)
    return header, listed


def set_apart(records: Records, rows: Sequence[Row], *, width: int) -> list[Row]:
    """Return the rows of a list that is not delivered, but for empty ones; all are other lines.

    Raises:
        FileRefusedError: Rule ``unknown_line`` if a row has cells beyond the width: it is of another list.
    """
    for row in rows:
        records.skip(row)
        if any(row.cells[width:]):
            refuse_line(row.line)
    return [row for row in rows if any(row.cells)]


def refuse_second_report(line: int) -> NoReturn:
    """Refuse a file in which a report begins, or a part of it, that the file has already.

    Raises:
        FileRefusedError: Rule ``several_reports``.
    """
    raise FileRefusedError(
        "several_reports",
        "A part of a report begins here that the file has already",
        remedy="Deliver one report per file, as the tool wrote it.",
        line=line,
    )


def refuse_line(line: int) -> NoReturn:
    """Refuse a file with a line that belongs to nothing which its section can hold.

    Raises:
        FileRefusedError: Rule ``unknown_line``.
    """
    raise FileRefusedError(
        "unknown_line",
        "This line is nothing that its section of the report can hold",
        remedy="Deliver the report as the tool wrote it; if it did, report this, with the tool's name.",
        line=line,
    )


def refuse_count(problem: str) -> NoReturn:
    """Refuse a file whose own count of persons is apart from what it lists.

    Raises:
        FileRefusedError: Rule ``count_differs``.
    """
    raise FileRefusedError(
        "count_differs",
        problem,
        remedy="Lines are missing or were added: export the report again and deliver it as it is.",
    )


def count_said(text: str | None, line: int) -> int | None:
    """Read a count that a report says of itself; None if it says none.

    Raises:
        FileRefusedError: Rule ``unknown_line`` if it says something else.
    """
    if not text or not text.strip("- "):
        return None
    digits = text.strip().replace(",", "")
    if not digits.isdecimal():
        refuse_line(line)
    return int(digits)
