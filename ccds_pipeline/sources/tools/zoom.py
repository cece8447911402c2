"""Zoom: who joined a meeting or a webinar, one row per join, and who registered for one (CSV).

Only these two layouts belong here. Every wording of Zoom's reports is delivered under the newest one. A
report may begin with a block that describes the meeting: what it says stands on every row then. Reports
without that block do not say which meeting they are of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, name_columns, with_constants
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import Records, open_records, rename, texts_of, without_markers
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
    refuse_line,
    refuse_second_report,
    set_apart,
)

_ATTENDANCE_REMEDY = (
    "In Zoom, open Reports, Usage, and export the participants with meeting data, in English, "
    "or take the attendee report of a webinar."
)
_REGISTRATION_REMEDY = "In Zoom, open Reports, Meeting, and generate the registration report, in English."
_NAME = "Name (original name)"
_MEETING = {
    "meeting id": "Meeting ID",
    "webinar id": "Meeting ID",
    "id": "Meeting ID",
    "topic": "Topic",
    "start time": "Start time",
    "actual start time": "Start time",
    "end time": "End time",
}
_PERSON = {
    "name (original name)": _NAME,
    "user name (original name)": _NAME,
    "email": "Email",
    "user email": "Email",
    "join time": "Join time",
    "leave time": "Leave time",
    "duration (minutes)": "Duration (minutes)",
    "time in session (minutes)": "Duration (minutes)",
    "total duration (minutes)": "Total duration (minutes)",
    "guest": "Guest",
    "is guest": "Guest",
    "recording consent": "Recording disclaimer response",
    "recording disclaimer response": "Recording disclaimer response",
    "in waiting room": "In waiting room",
}
_BLANKS = frozenset({"-", "--"})
ATTENDANCE_FACTS = ToolFacts(
    record="attendance",
    key=("Meeting ID", _NAME, "Email", "Join time"),
    key_parts=("Start time",),
    fields={
        "email": ({"column": "Email"},),
        "name": ({"column": _NAME},),
        "session_starts_at": ({"column": "Start time"},),
        "session_ends_at": ({"column": "End time"},),
        "joined_at": ({"column": "Join time"},),
        "left_at": ({"column": "Leave time"},),
    },
    exclude=(
        CustomaryExclusion("waiting_room", "In waiting room", ("Yes",)),
        CustomaryExclusion("not_attended", "Attended", ("No",)),
    ),
)
REGISTRATIONS_FACTS = ToolFacts(
    record="booking",
    key=("Meeting ID", "Email"),
    key_parts=("Start time",),
    fields={
        "email": ({"column": "Email"},),
        "name": ({"join": ("First Name", "Last Name")},),
        "session_starts_at": ({"column": "Start time"},),
        "booked_at": ({"column": "Registration Time"},),
        "status": (
            {
                "column": "Approval Status",
                "values": {"approved": "booked", "pending": "pending", "denied": "cancelled"},
            },
        ),
    },
)
_REPORT, _BLOCK, _PERSONS = "report", "block", "persons"
_ATTENDEES, _HOSTS, _PANELISTS, _CALLERS = "attendees", "hosts", "panelists", "callers"
_REPORT_FACTS = {"report generated time": "Report generated", "report generated": "Report generated"}
_ATTENDANCE_TITLES = {
    "attendee report": Opening(_REPORT, Opens.FACTS),
    "host details": Opening(_HOSTS, Opens.LIST),
    "panelist details": Opening(_PANELISTS, Opens.LIST),
    "attendee details": Opening(_ATTENDEES, Opens.LIST),
    "other attended": Opening(_CALLERS, Opens.LIST),
}
_REGISTRATION_TITLES = {
    "registration report": Opening(_REPORT, Opens.FACTS),
    "attendee details": Opening(_ATTENDEES, Opens.LIST),
}


@contextmanager
def read_zoom_attendance(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the joins of a participants report, a list of meeting details or a webinar's attendees.

    With "Show unique users" a row is a person with the total time, without the times of the joins. Of a
    webinar the attendees are delivered; hosts and panelists are other lines.
    """
    with open_records(file, _ATTENDANCE_REMEDY) as records:
        sections = _read(records, _ATTENDANCE_TITLES, _is_attendance_header, other=_is_registration_header)
        block = _read_block(records, sections)
        if _REPORT in sections and _PERSONS in sections:
            refuse_line(sections[_PERSONS].line)  # without a title nobody knows what these persons were
        header, rows = _read_persons(records, sections, _is_attendance_header)
        names = _attendance_names(records, header)
        callers = _set_others_apart(records, sections)
        if _REPORT in sections:
            _check_webinar(records, block, names, rows, callers=callers)
        else:
            _check_participants(records, block, names, rows)
        yield _deliver(records, header, names, rows, block)


@contextmanager
def read_zoom_registrations(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the registrants of a meeting or a webinar."""
    with open_records(file, _REGISTRATION_REMEDY) as records:
        sections = _read(records, _REGISTRATION_TITLES, _is_registration_header, other=_is_attendance_header)
        block = _read_block(records, sections)
        header, rows = _read_persons(records, sections, _is_registration_header)
        _check_registered(records, block, len(rows))
        yield _deliver(records, header, records.names(header), rows, block)


@dataclass(frozen=True)
class _Block:
    """What the block above the persons says of the meeting, by normalised label; ``line`` is its own."""

    line: int
    values: Mapping[str, str | None]

    def count(self, *labels: str) -> int | None:
        """Return the count under the first label that there is, None if there is none."""
        found = (count_said(self.values[label], self.line) for label in labels if label in self.values)
        return next(found, None)


def _read(
    records: Records,
    titles: Mapping[str, Opening],
    is_persons: Callable[[Sequence[str]], bool],
    *,
    other: Callable[[Sequence[str]], bool],
) -> dict[str, Section]:
    """Split a report into its sections, unless it lists persons of Zoom's other layout."""

    def opening(row: Row) -> Opening | None:
        cells = texts_of(row)
        if lone_label(row):
            return titles.get(lone_label(row))
        if other(cells):
            raise _no_persons(records)
        if is_persons(cells):
            return Opening(_PERSONS, Opens.HEADER)
        return Opening(_BLOCK, Opens.HEADER) if _is_block_header(cells) else None

    sections = read_sections(records, opening)
    if _PERSONS not in sections and _ATTENDEES not in sections:
        raise _no_persons(records)
    return sections


def _no_persons(records: Records) -> FileRefusedError:
    return records.refusal("wrong_layout", "The file has no list of persons as Zoom writes it")


def _labels(cells: Sequence[str]) -> list[str]:
    return [normalise_label(cell) for cell in cells]


def _is_attendance_header(cells: Sequence[str]) -> bool:
    return not {"name (original name)", "user name (original name)"}.isdisjoint(_labels(cells))


def _is_registration_header(cells: Sequence[str]) -> bool:
    labels = set(_labels(cells))
    return {
        "first name",
        "email",
        "registration time",
        "approval status",
    } <= labels and "join time" not in labels


def _is_block_header(cells: Sequence[str]) -> bool:
    labels = set(_labels(cells))
    return "topic" in labels and not labels.isdisjoint({"meeting id", "webinar id"})


def _is_any_header(cells: Sequence[str]) -> bool:
    return _labels(cells)[0] in {"user name", "attended"} or _is_attendance_header(cells)


def _read_block(records: Records, sections: Mapping[str, Section]) -> _Block:
    """Read the title and the block above the persons.

    Raises:
        FileRefusedError: Rule ``wrong_layout`` if a report in sections has no block, or ``unknown_line`` if
            the block is not a header and one row of its width.
    """
    if _REPORT in sections:
        if next(iter(sections)) != _REPORT:
            refuse_second_report(sections[_REPORT].line)
        read_facts(records, sections[_REPORT], _REPORT_FACTS)
        if _BLOCK not in sections:
            raise records.refusal("wrong_layout", "The report does not say which meeting it is of")
    if _BLOCK not in sections:
        return _Block(0, {})
    for row in sections[_BLOCK].rows:
        records.skip(row)
    header, *values = sections[_BLOCK].filled
    names = records.names(texts_of(header))
    if len(values) != 1 or len(values[0].cells) < len(header.cells) or any(values[0].cells[len(names) :]):
        refuse_line(values[-1].line if values else header.line)
    return _Block(header.line, dict(zip(_labels(names), values[0].cells, strict=False)))


def _read_persons(
    records: Records, sections: Mapping[str, Section], is_header: Callable[[Sequence[str]], bool]
) -> tuple[list[str], list[Row]]:
    """Return the header of the persons and the rows under it, but for empty ones.

    Raises:
        FileRefusedError: If there is a second list that could be meant.
    """
    kind = _ATTENDEES if _ATTENDEES in sections else _PERSONS
    _refuse_other_parts(sections, kind)
    header, rows = read_header(records, sections[kind], is_header)
    for row in rows:
        if not any(row.cells):
            records.skip(row)  # Zoom separates meetings by empty lines
    return header, [row for row in rows if any(row.cells)]


def _refuse_other_parts(sections: Mapping[str, Section], persons: str) -> None:
    order = list(sections)
    for kind, section in sections.items():
        if kind == _PERSONS != persons:
            refuse_line(section.line)
        if kind == _BLOCK and order.index(kind) > order.index(persons):
            refuse_second_report(section.line)
        if section.by is Opens.LIST and _REPORT not in sections:
            refuse_second_report(section.line)


def _set_others_apart(records: Records, sections: Mapping[str, Section]) -> int:
    """Count hosts, panelists and callers as other lines; return how many rows of callers there are."""
    callers = 0
    for kind in (_HOSTS, _PANELISTS, _CALLERS):
        section = sections.get(kind)
        if section is not None:
            header, rows = read_header(records, section, _is_any_header)
            listed = set_apart(records, rows, width=len(records.names(header)))
            callers = len(listed) if kind == _CALLERS else callers
    return callers


def _check_participants(records: Records, block: _Block, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Compare a meeting's own count with its rows: Zoom counts joins, so unique users may be fewer.

    Raises:
        FileRefusedError: Rule ``count_differs``.
    """
    said = block.count("participants")
    records.tally.note_count("Participants", said, len(rows))
    is_short = said is not None and len(rows) < said and "Join time" in names
    if said is not None and (is_short or len(rows) > said):
        refuse_count(f"The report says {said} participants, and lists {len(rows)} rows")
    if {"Participants", "Meeting ID", "Start time", "Join time"} <= set(names):
        _check_meetings(names, rows)


def _check_meetings(names: Sequence[str], rows: Sequence[Row]) -> None:
    """Compare the count on every row of a list of meetings with the rows of that meeting."""
    if any(len(row.cells) < len(names) for row in rows):
        return  # a broken row is set aside, and nobody knows its meeting
    positions = [names.index(name) for name in ("Meeting ID", "Start time", "Participants")]
    listed = Counter(tuple(row.cells[position] for position in positions) for row in rows)
    line = {tuple(row.cells[position] for position in positions): row.line for row in rows}
    for meeting, count in listed.items():
        said = count_said(meeting[-1], line[meeting])
        if said is not None and said != count:
            refuse_count(f"A meeting of the list has {said} participants by its own count, and {count} rows")


def _check_webinar(
    records: Records, block: _Block, names: Sequence[str], rows: Sequence[Row], *, callers: int
) -> None:
    """Compare a webinar's own counts with its rows: everybody counted has one, and a rejoin has another.

    The total of users is not compared: it counts hosts and, in some reports, every rejoin.

    Raises:
        FileRefusedError: Rule ``count_differs``.
    """
    position = names.index("Attended") if "Attended" in names else len(names)
    attended = [
        row for row in rows if normalise_label("".join(texts_of(row)[position : position + 1])) != "no"
    ]
    viewers = block.count("unique viewers")
    records.tally.note_count("Unique viewers", viewers, len(attended) + callers)
    if viewers is not None and len(attended) + callers < viewers:
        refuse_count(f"The report says {viewers} unique viewers, and lists {len(attended)} who attended")
    _check_registered(records, block, len(rows))


def _check_registered(records: Records, block: _Block, listed: int) -> None:
    """Compare the number of registrants, but for those who cancelled, with the rows: each has one."""
    said = block.count("# registrants", "# registered")
    records.tally.note_count("Registrants", said, listed)
    expected = (said or 0) - (block.count("# cancelled", "# cancelled registrants") or 0)
    if listed < expected:
        refuse_count(
            f"The report says {said} registrants, of whom {expected} did not cancel, and lists {listed}"
        )


def _deliver(
    records: Records, header: Sequence[str], names: Sequence[str], rows: Sequence[Row], block: _Block
) -> DeliveredTable:
    meeting: dict[str, str | None] = {}
    for label, value in block.values.items():
        if label in _MEETING:
            meeting.setdefault(_MEETING[label], value)
    constants = {name: value for name, value in meeting.items() if name not in names}
    delivered = records.deliver(header, kept=len(names), rows=iter(rows), is_padded=True)
    columns = name_columns([*names, *constants])
    persons = without_markers(delivered, _BLANKS)
    return DeliveredTable(columns, with_constants(persons, tuple(constants.values())), records.tally)


def _attendance_names(records: Records, header: Sequence[str]) -> list[str]:
    """Name the columns of persons; those of the meeting stand before the name and are told apart.

    Raises:
        FileRefusedError: Rule ``column_repeated`` if two columns can be meant by one name.
    """
    header = records.names(header)
    labels = _labels(header)
    position = min(labels.index(label) for label in labels if _PERSON.get(label) == _NAME)
    before = [
        "Meeting duration (minutes)" if label == "duration (minutes)" else cell
        for cell, label in zip(header[:position], labels, strict=False)
    ]
    names = [*rename(before, _MEETING), *rename(header[position:], _PERSON)]
    repeated = [name for name in set(_PERSON.values()) if names.count(name) > 1]
    if repeated:
        raise FileRefusedError(
            "column_repeated",
            f"Several columns of the persons are called {min(repeated)}",
            remedy="Deliver the report with its columns in the order in which Zoom wrote them.",
        )
    return names
