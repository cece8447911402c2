"""Microsoft Teams: a meeting's attendance report, one row per join (tab-separated, mostly UTF-16).

Reports with a summary and a list of participants (2021 on, numbered sections since October 2022), and the
list of actions that Teams gave in 2020, in which a join and the leave that follows it become one record. All
generations are delivered under the same columns, with the meeting's title and times on every row. Pairing
actions belongs in ``teams_actions``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, name_columns, with_constants
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import Records, rename
from ccds_pipeline.sources.sections import (
    Opening,
    Opens,
    Section,
    count_said,
    lone_label,
    read_facts,
    read_header,
    read_sections,
    refuse_count,
    refuse_second_report,
    set_apart,
)
from ccds_pipeline.sources.text import DELIMITERS, open_text
from ccds_pipeline.sources.tools.teams_actions import ACTION_HEADER, pair_actions

_REMEDY = (
    "In Teams, set the language to English and download the meeting's attendance report; "
    "for a report that was saved anew, set the source's option delimiter."
)
_ATTENDED = "Attended participants"
_FACTS = {
    "meeting title": "Meeting title",
    "meeting start time": "Meeting start time",
    "start time": "Meeting start time",
    "meeting end time": "Meeting end time",
    "end time": "Meeting end time",
    "attended participants": _ATTENDED,
    "total number of participants": _ATTENDED,
    "meeting id": "Meeting Id",
    "meeting duration": "Meeting duration",
    "average attendance time": "Average attendance time",
}
MEETING_COLUMNS = ("Meeting title", "Meeting start time", "Meeting end time")
PERSON_COLUMNS = ("Name", "Join time", "Leave time", "Duration", "Email", "Role")
FACTS = ToolFacts(
    record="attendance",
    key=("Meeting title", "Name", "Email", "Join time"),
    fields={
        "email": ({"column": "Email"},),
        "name": ({"column": "Name"},),
        "session_starts_at": ({"column": "Meeting start time"},),
        "session_ends_at": ({"column": "Meeting end time"},),
        "joined_at": ({"column": "Join time"},),
        "left_at": ({"column": "Leave time"},),
        "role": ({"column": "Role"},),
    },
    exclude=(CustomaryExclusion("not_attended", "Join time", ("",)),),
)
_RENAMES = {
    "full name": "Name",
    "name": "Name",
    "join time": "Join time",
    "first join": "Join time",
    "leave time": "Leave time",
    "last leave": "Leave time",
    "duration": "Duration",
    "in-meeting duration": "Duration",
    "email": "Email",
    "role": "Role",
    "participant id (upn)": "Participant ID (UPN)",
}
_SUMMARY, _PARTICIPANTS, _ACTIVITIES, _UNNUMBERED = "summary", "participants", "activities", "unnumbered"
_TITLES = {
    "summary": Opening(_SUMMARY, Opens.FACTS),
    "meeting summary": Opening(_SUMMARY, Opens.FACTS),
    "participants": Opening(_PARTICIPANTS, Opens.LIST),
    "in-meeting activities": Opening(_ACTIVITIES, Opens.LIST),
    "meeting engagement": Opening("engagement", Opens.LIST),
    "reactions": Opening("reactions", Opens.LIST),
}
_NUMBERED = re.compile(r"\d+\.\s*(\S.*)")
# What a report in another language begins with: the title of its summary, or the header of 2020.
_LANGUAGES = {
    "zusammenfassung": "German",
    "besprechungszusammenfassung": "German",
    "vollständiger name": "German",
    "résumé": "French",
    "résumé de la réunion": "French",
    "nom complet": "French",
    "resumo": "Portuguese",
    "resumen": "Spanish",
}
_LINES_THAT_SHOW_THE_DELIMITER = 3


@contextmanager
def read_teams_attendance(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the joins of a Teams report, of the activities section if there is one.

    Without activities each row is one participant with the first join and the last leave. What a
    generation does not say is blank. Of the list of 2020, the option ``open_until: last_action`` says that
    somebody without a leave was there until the list was taken.
    """
    with open_text(file, delimiter=_delimiter(file)) as text:
        records = Records(file, text, _REMEDY)
        sections = read_sections(records, _opening)
        facts = _read_summary(records, sections)
        if _UNNUMBERED in sections:
            _refuse_mixture(sections)
            names, rows = _read_unnumbered(records, sections[_UNNUMBERED], facts, file.options)
        else:
            names, rows = _read_numbered(records, sections, facts)
        absent = [name for name in PERSON_COLUMNS if name not in names]
        constants = [*[None] * len(absent), *(facts.get(name) for name in MEETING_COLUMNS)]
        columns = name_columns([*names, *absent, *MEETING_COLUMNS])
        yield DeliveredTable(columns, with_constants(rows, constants), records.tally)


def _delimiter(file: SourceFile) -> str:
    """Find what separates cells: Excel saves a report with commas, or with what its country uses."""
    with open_text(file, delimiter="\t") as text:
        filled = (row for row in text.rows if any(row.cells))
        for row in islice(filled, _LINES_THAT_SHOW_THE_DELIMITER):
            if len(row.cells) > 1:
                break
            found = re.search("[,;]", row.cells[0] or "")
            if found:
                return found[0]
    return DELIMITERS["tab"]


def _opening(row: Row) -> Opening | None:
    first = normalise_label(row.cells[0] or "") if row.cells else ""
    title = _NUMBERED.fullmatch(lone_label(row))
    opened = _TITLES.get(title[1] if title else lone_label(row))
    if opened is None and first == "full name" and not lone_label(row):
        return Opening(_UNNUMBERED, Opens.HEADER)
    if opened is None and row.line == 1:
        _refuse_other_language(title[1] if title else first)
    return opened


def _refuse_other_language(beginning: str) -> None:
    language = _LANGUAGES.get(beginning)
    if language:
        raise FileRefusedError(
            "report_language",
            f"The file begins as an attendance report of Teams in {language}",
            remedy="In Teams, set the language to English and download the report again.",
            line=1,
        )


def _read_summary(records: Records, sections: Mapping[str, Section]) -> dict[str, str | None]:
    """Return what the summary says; the list of 2020, and what was cut from a report, has none."""
    if _SUMMARY not in sections:
        return {}
    facts = read_facts(records, sections[_SUMMARY], _FACTS)
    records.require(list(facts), MEETING_COLUMNS)
    return facts


def _refuse_mixture(sections: Mapping[str, Section]) -> None:
    """Refuse a list without a number beside numbered ones, or above its summary: two reports."""
    first = next(iter(sections))
    strangers = [
        section.line
        for kind, section in sections.items()
        if kind != _UNNUMBERED and (kind, first) != (_SUMMARY, _SUMMARY)
    ]
    if strangers:
        refuse_second_report(max(sections[_UNNUMBERED].line, min(strangers)))


def _read_unnumbered(
    records: Records, section: Section, facts: Mapping[str, str | None], options: Mapping[str, str]
) -> tuple[list[str], Iterator[Row]]:
    header, listed = read_header(records, section, _is_header)
    if [normalise_label(cell) for cell in header if cell] == ACTION_HEADER:
        delivered = _deliver(records, header, len(ACTION_HEADER), listed)
        closes = options.get("open_until") == "last_action"
        return list(PERSON_COLUMNS), pair_actions(list(delivered), records, closes_at_last_action=closes)
    names = _names(records, header)
    _refuse_more_than_attended(records, _present(names, listed), facts, section.line)
    return names, _deliver(records, header, len(names), listed)


def _read_numbered(
    records: Records, sections: Mapping[str, Section], facts: Mapping[str, str | None]
) -> tuple[list[str], Iterator[Row]]:
    for kind in (_SUMMARY, _PARTICIPANTS):
        if kind not in sections:
            raise records.refusal("wrong_layout", f"The report has no section {kind}")
    header, listed = read_header(records, sections[_PARTICIPANTS], _is_header)
    names = _names(records, header)
    attended = _present(names, listed)
    _refuse_more_than_attended(records, attended, facts, sections[_PARTICIPANTS].line)
    for section in sections.values():
        if section.kind not in {_SUMMARY, _PARTICIPANTS, _ACTIVITIES}:
            other, rows = read_header(records, section, _is_header)
            set_apart(records, rows, width=len(records.names(other)))
    if _ACTIVITIES not in sections:
        return names, _deliver(records, header, len(names), listed)
    set_apart(records, listed, width=len(names))
    header, listed = read_header(records, sections[_ACTIVITIES], _is_header)
    names = _names(records, header)
    absent = len(attended - _present(names, listed))
    if absent:
        refuse_count(
            f"Of {len(attended)} participants who joined, {absent} are not among the in-meeting activities"
        )
    return names, _deliver(records, header, len(names), listed)


def _is_header(cells: Sequence[str]) -> bool:
    return normalise_label(cells[0]) in {"name", "full name"} and any(cells[1:])


def _names(records: Records, header: Sequence[str]) -> list[str]:
    names = rename(records.names(header), _RENAMES)
    records.require(names, ("Name", "Join time", "Leave time"))
    return names


def _deliver(records: Records, header: Sequence[str], kept: int, rows: Sequence[Row]) -> Iterator[Row]:
    return records.deliver(header, kept=kept, rows=iter(rows), is_padded=True, may_end_open=True)


def _present(names: Sequence[str], rows: Sequence[Row]) -> set[tuple[str, str]]:
    """Return who has a time of joining, by name and address."""

    def cell(row: Row, name: str) -> str:
        position = names.index(name) if name in names else len(row.cells)
        return normalise_label(row.cells[position] or "") if position < len(row.cells) else ""

    return {(cell(row, "Name"), cell(row, "Email")) for row in rows if cell(row, "Join time")}


def _refuse_more_than_attended(
    records: Records, listed: set[tuple[str, str]], facts: Mapping[str, str | None], line: int
) -> None:
    """Refuse a report that lists more persons than it says attended.

    Fewer is no fault: real reports say 9 and list 8, in both of their lists.
    """
    attended = count_said(facts.get(_ATTENDED), line)
    records.tally.note_count(_ATTENDED, attended, len(listed))
    if attended is not None and len(listed) > attended:
        refuse_count(f"The report says that {attended} attended, and lists {len(listed)} who joined")
