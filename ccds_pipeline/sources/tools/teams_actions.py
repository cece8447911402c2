"""The list of joins and leaves that Teams gave in 2020, paired by their times to one record per join.

Only the pairing belongs here. The order of the lines means nothing: Teams wrote the newest first or last,
and people sort such lists by name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import Fault, Row
from ccds_pipeline.sources.records import Records

ACTION_HEADER = ["full name", "user action", "timestamp"]
_JOINS, _LEAVES = frozenset({"joined", "joined before"}), frozenset({"left"})
_DURATION_EMAIL_ROLE = (None, None, None)  # which the list does not give
_TIME = re.compile(
    r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4}),?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s*([ap])\.?m\.?)?",
    re.IGNORECASE,
)


class _Action(NamedTuple):
    row: Row
    time: datetime

    @property
    def name(self) -> str:
        return self.row.cells[0] or ""

    @property
    def label(self) -> str:
        return normalise_label(self.row.cells[1] or "")


def pair_actions(rows: Sequence[Row], records: Records, *, closes_at_last_action: bool) -> Iterator[Row]:
    """Yield one row per join: name, join time, leave time, duration, e-mail, role, in the order of lines.

    A leave time is blank where none is listed, and the join time where a leave has no join. The line of a
    leave that has its join is another line. An action that the list has twice is set aside.

    Args:
        rows: Name, action and time, or a fault.
        records: Where lines are counted.
        closes_at_last_action: Whether somebody without a leave was there until the last action. Not where
            an action could not be read: it may be the missing leave.

    Raises:
        FileRefusedError: Rule ``actions_unordered`` if the times give no order.
    """
    unread = [row for row in rows if row.fault]
    repeated: list[Row] = []
    actions: dict[tuple[str, str, datetime], _Action] = {}
    for action in _in_order([row for row in rows if not row.fault]):
        if action.label not in _JOINS | _LEAVES:
            unread.append(_set_aside(action.row, Fault.UNKNOWN_ACTION))
        elif (action.name, action.label, action.time) in actions:
            repeated.append(_set_aside(action.row, Fault.ACTION_REPEATED))
        else:
            actions[action.name, action.label, action.time] = action
    listed = list(actions.values())
    until = listed[-1].row.cells[2] if closes_at_last_action and listed and not unread else None
    paired = _pair(listed, records, until=until)
    yield from sorted([*unread, *repeated, *paired], key=lambda row: row.line)


def _set_aside(row: Row, fault: Fault) -> Row:
    return Row(row.line, (), row.breaks, fault)


def _in_order(rows: Sequence[Row]) -> list[_Action]:
    """Sort actions by their times, whichever of day and month comes first in them."""
    if not rows:
        return []
    readings = [reading for order in (True, False) if (reading := _read_actions(rows, day_first=order))]
    orders = [sorted(reading, key=lambda action: action.time) for reading in readings]
    lines = {tuple(action.row.line for action in order) for order in orders}
    if len(lines) != 1:
        raise FileRefusedError(
            "actions_unordered",
            "The times of the actions give no order"
            + (
                ": day and month can be read both ways" if lines else ", so no leave can be given to its join"
            ),
            remedy="Deliver the list as Teams wrote it, with a date and a time in every row.",
        )
    return orders[0]


def _read_actions(rows: Sequence[Row], *, day_first: bool) -> list[_Action]:
    """Read the times of all actions in one order of day and month; empty if one has none in it."""
    times = [_read_time(row.cells[2] or "", day_first=day_first) for row in rows]
    actions = [_Action(row, time) for row, time in zip(rows, times, strict=True) if time is not None]
    return actions if len(actions) == len(rows) else []


def _read_time(text: str, *, day_first: bool) -> datetime | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    first, _, second, third, hour, minute, moment_second, half = found.groups()
    if len(first) > 2:  # noqa: PLR2004  # digits: the year stands first
        year, month, day = first, second, third
    else:
        (day, month), year = (first, second) if day_first else (second, first), third
    hours = int(hour) if half is None else int(hour) % 12 + 12 * (half.lower() == "p")
    try:
        return datetime(  # noqa: DTZ001  # Teams names no zone, and only the order counts
            int(year), int(month), int(day), hours, int(minute), int(moment_second or 0)
        )
    except ValueError:
        return None


def _pair(actions: Sequence[_Action], records: Records, *, until: str | None) -> Iterator[Row]:
    """Give every leave to the last join before it of the same person: two devices leave in either order."""
    present: defaultdict[str, list[Row]] = defaultdict(list)  # joins without a leave yet
    for _, together in groupby(actions, key=lambda action: action.time):
        waiting = []
        at_once = list(together)
        for action in (action for action in at_once if action.label in _LEAVES):
            if present[action.name]:
                records.skip(action.row)
                yield _record(present[action.name].pop(), left=action.row.cells[2])
            else:
                waiting.append(action)
        for action in (action for action in at_once if action.label in _JOINS):
            present[action.name].append(action.row)
        for action in waiting:  # who joined and left within the same second
            if present[action.name]:
                records.skip(action.row)
                yield _record(present[action.name].pop(), left=action.row.cells[2])
            else:
                name, _, moment = action.row.cells
                yield action.row._replace(cells=(name, None, moment, *_DURATION_EMAIL_ROLE))
    for rows in present.values():
        yield from (_record(row, left=until) for row in rows)


def _record(join: Row, *, left: str | None) -> Row:
    name, _, moment = join.cells
    return join._replace(cells=(name, moment, left, *_DURATION_EMAIL_ROLE))
