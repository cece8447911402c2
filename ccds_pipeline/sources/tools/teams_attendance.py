"""Microsoft Teams: a meeting's attendance report, one row per join (tab-separated, mostly UTF-16).

Reports with a summary and a list of participants (2021 on, numbered sections since October 2022), and the
list of actions that Teams gave in 2020, in which a join and the leave that follows it become one record. All
generations are delivered under the same columns, with the meeting's title and times on every row.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import (
    DeliveredTable,
    Fault,
    Row,
    SourceFile,
    name_columns,
    with_constants,
)
from ccds_pipeline.sources.records import Records, rename
from ccds_pipeline.sources.text import open_text

_REMEDY = (
    "In Teams, set the language to English and download the meeting's attendance report; "
    "for a report that was saved anew, set the source's option delimiter."
)
_MEETING = {
    "meeting title": "Meeting title",
    "meeting start time": "Meeting start time",
    "start time": "Meeting start time",
    "meeting end time": "Meeting end time",
    "end time": "Meeting end time",
}
MEETING_COLUMNS = ("Meeting title", "Meeting start time", "Meeting end time")
PERSON_COLUMNS = ("Name", "Join time", "Leave time", "Duration", "Email", "Role")
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
_NUMBERED = re.compile(r"\d+\.\s*(\S.*)")
# The list of actions of 2020 gives no duration, e-mail or role.
_ACTION_HEADER = ["full name", "user action", "timestamp"]
_JOINS, _LEAVES = frozenset({"joined", "joined before"}), frozenset({"left"})
_BLANKS = (None, None, None)
_SUMMARY, _PARTICIPANTS, _ACTIVITIES = "summary", "participants", "in-meeting activities"


@contextmanager
def read_teams_attendance(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the joins of a Teams report, of the activities section if there is one.

    Without activities each row is one participant with the first join and the last leave. What a
    generation does not say is blank.
    """
    has_activities = _has_activities(file)
    with open_text(file, delimiter="\t") as text:
        records = Records(file, text, _REMEDY)
        meeting, header = _read_summary(records, _ACTIVITIES if has_activities else _PARTICIPANTS)
        if _is_action_list(header):
            names, rows = list(PERSON_COLUMNS), _pair_actions(records, header)
        else:
            names = rename(records.names(header), _RENAMES)
            records.require(names, ("Name", "Join time", "Leave time"))
            section = _until_next_section(records)
            rows = records.deliver(header, kept=len(names), rows=section, is_padded=True, may_end_open=True)
        absent = [name for name in PERSON_COLUMNS if name not in names]
        constants = [*[None] * len(absent), *(meeting.get(name) for name in MEETING_COLUMNS)]
        columns = name_columns([*names, *absent, *MEETING_COLUMNS])
        yield DeliveredTable(columns, with_constants(rows, constants), records.tally)


def _has_activities(file: SourceFile) -> bool:
    with open_text(file, delimiter="\t") as text:
        filled = (row for row in text.rows if any(row.cells))
        first = next(filled, None)
        is_in_sections = first is not None and _section_title(first) is not None
        return is_in_sections and any(_section_title(row) == _ACTIVITIES for row in filled)


def _section_title(row: Row) -> str | None:
    """Name the section that a row opens ("3. In-Meeting activities"), or None."""
    if not row.cells or not row.cells[0] or any(row.cells[1:]):
        return None
    label = normalise_label(row.cells[0])
    if label == "meeting summary":
        return _SUMMARY
    numbered = _NUMBERED.fullmatch(label)
    return numbered[1] if numbered else None


def _read_summary(records: Records, wanted: str) -> tuple[dict[str, str | None], list[str]]:
    """Read up to the header of the wanted section.

    Returns:
        What the summary says of the meeting, by delivered column name, and the header.
    """
    meeting: dict[str, str | None] = {}
    section = ""
    for row in records.rows:
        cells = records.skip(row)
        if not any(cells):
            continue
        title = _section_title(row)
        if title is not None:
            section = title
        elif section == wanted or _is_unnumbered_header(row):
            return meeting, cells
        elif section == _SUMMARY:
            meeting |= _meeting_fact(row.cells)
        elif not section:
            break  # a report begins with a section or with the header
    raise records.refusal("wrong_layout", "The file has no list of participants as Teams writes it")


def _is_unnumbered_header(row: Row) -> bool:
    return len(row.cells) > 1 and normalise_label(row.cells[0] or "") == "full name"


def _meeting_fact(cells: Sequence[str | None]) -> dict[str, str | None]:
    name = _MEETING.get(normalise_label(cells[0] or ""))
    return {name: cells[1]} if name and len(cells) > 1 else {}


def _until_next_section(records: Records) -> Iterator[Row]:
    """Yield the rows of a section; the rows of all later sections are other lines."""
    for row in records.rows:
        if _section_title(row) is None:
            yield row
        else:
            for other in chain((row,), records.rows):
                records.skip(other)


def _is_action_list(header: Sequence[str]) -> bool:
    return [normalise_label(cell) for cell in header if cell] == _ACTION_HEADER


def _pair_actions(records: Records, header: Sequence[str]) -> Iterator[Row]:
    """Yield one row per join: name, join time, leave time, duration, e-mail, role.

    The leave time is blank where none is listed, and the join time where a leave has no join. The file is
    read into memory: it is one meeting, and it may list the newest action first.
    """
    rows = list(records.deliver(header, kept=len(_ACTION_HEADER), is_padded=True, may_end_open=True))
    actions = [row for row in rows if not row.fault]
    paired = _pair(reversed(actions) if _is_newest_first(actions) else actions, records)
    faulty = [row for row in rows if row.fault]
    return iter(sorted([*faulty, *paired], key=lambda row: row.line))


def _is_newest_first(actions: Sequence[Row]) -> bool:
    """Whether somebody's first entry is a leave: nobody leaves before joining."""
    seen: set[str | None] = set()
    for row in actions:
        name, action, _ = row.cells
        if name not in seen and _label(action) in _LEAVES:
            return True
        seen.add(name)
    return False


def _pair(actions: Iterator[Row] | Sequence[Row], records: Records) -> Iterator[Row]:
    present: defaultdict[str | None, list[Row]] = defaultdict(list)  # joins without a leave yet
    for row in actions:
        name, action, moment = row.cells
        if _label(action) in _JOINS:
            present[name].append(row)
        elif _label(action) not in _LEAVES:
            yield Row(row.line, (), row.breaks, Fault.UNKNOWN_ACTION)
        elif present[name]:
            records.skip(row)
            yield _record(present[name].pop(), left=moment)
        else:
            yield Row(row.line, (name, None, moment, *_BLANKS), row.breaks)
    for row in chain.from_iterable(present.values()):
        yield _record(row, left=None)


def _record(join: Row, *, left: str | None) -> Row:
    name, _, moment = join.cells
    return join._replace(cells=(name, moment, left, *_BLANKS))


def _label(action: str | None) -> str:
    return normalise_label(action or "")
