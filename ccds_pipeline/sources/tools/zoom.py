"""Zoom: who joined a meeting or a webinar, one row per join, and who registered for one (CSV).

Only these two layouts belong here. Every wording of Zoom's reports is delivered under the newest one. A
report may begin with a block that describes the meeting: what it says stands on every row then. Reports
without that block do not say which meeting they are of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, name_columns, with_constants
from ccds_pipeline.sources.records import Records, open_records, rename, without_markers

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
_SECTION = re.compile(r"(host|panelist|attendee) details|other attended")
_LONGEST_BLOCK = 5_000  # rows: a webinar lists its panelists, with a row per join, above its attendees
_PERSONS = "attendee details"  # of a webinar's sections, each with a header of its own


@contextmanager
def read_zoom_attendance(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the joins of a participants report, a list of meeting details or a webinar's attendees.

    With "Show unique users" a row is a person with the total time, without the times of the joins. Of a
    webinar the attendees are delivered; hosts and panelists are other lines.
    """
    with open_records(file, _ATTENDANCE_REMEDY) as records:
        meeting, header = _read_block(records, _is_attendance_header)
        yield _deliver(records, header, records.names(_attendance_names(header)), meeting)


@contextmanager
def read_zoom_registrations(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the registrants of a meeting or a webinar."""
    with open_records(file, _REGISTRATION_REMEDY) as records:
        meeting, header = _read_block(records, _is_registration_header)
        yield _deliver(records, header, records.names(header), meeting)


def _deliver(
    records: Records, header: Sequence[str], names: Sequence[str], meeting: Mapping[str, str]
) -> DeliveredTable:
    constants = {name: value for name, value in meeting.items() if name not in names}
    section = _until_next_section(records)
    rows = records.deliver(header, kept=len(names), rows=section, is_padded=True, may_end_open=True)
    rows = without_markers(rows, _BLANKS)
    columns = name_columns([*names, *constants])
    return DeliveredTable(columns, with_constants(rows, tuple(constants.values())), records.tally)


def _is_attendance_header(labels: set[str]) -> bool:
    return bool(labels & {"name (original name)", "user name (original name)"})


def _is_registration_header(labels: set[str]) -> bool:
    is_list = {"first name", "email", "registration time", "approval status"} <= labels
    return is_list and "join time" not in labels


def _read_block(records: Records, is_header: Callable[[set[str]], bool]) -> tuple[dict[str, str], list[str]]:
    """Read up to the header of the persons.

    Returns:
        What the block above says of the meeting, by delivered column name, and the header.
    """
    meeting: dict[str, str] = {}
    above: list[str] = []
    section = _PERSONS
    for row in islice(records.rows, _LONGEST_BLOCK):
        cells = records.skip(row)
        section = _section_title(row) or section
        if section == _PERSONS and is_header({normalise_label(cell) for cell in cells}):
            return meeting, cells
        for name, value in zip(rename(above, _MEETING), cells, strict=False):
            if name in _MEETING.values() and name not in meeting:
                meeting[name] = value
        above = cells
    raise records.refusal("wrong_layout", "The file has no list of persons as Zoom writes it")


def _attendance_names(header: Sequence[str]) -> list[str]:
    """Name the columns of persons; those of the meeting stand before the name and are told apart."""
    labels = [normalise_label(cell) for cell in header]
    position = min(labels.index(label) for label in labels if _PERSON.get(label) == _NAME)
    before = [
        "Meeting duration (minutes)" if label == "duration (minutes)" else cell
        for cell, label in zip(header[:position], labels, strict=False)
    ]
    return [*rename(before, _MEETING), *rename(header[position:], _PERSON)]


def _until_next_section(records: Records) -> Iterator[Row]:
    """Yield the rows of persons; empty lines between meetings, and all later sections, are other lines."""
    for row in records.rows:
        if not any(row.cells):
            records.skip(row)
        elif _section_title(row):
            for other in chain((row,), records.rows):
                records.skip(other)
        else:
            yield row


def _section_title(row: Row) -> str:
    """Name the section of a webinar's report that a row opens; empty if it opens none."""
    title = normalise_label(row.cells[0] or "") if row.cells else ""
    return title if _SECTION.fullmatch(title) and not any(row.cells[1:]) else ""
