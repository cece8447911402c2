"""Microsoft Teams, 2020: a meeting's list of who joined and left, one line per action.

Only this layout belongs here. A join and the leave that follows it become one record, which stands on the
line of the join; the line of the leave belongs to no record of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.delivered import Fault, LineTally, Row
from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.text import Records

_HEADER = ["full name", "user action", "timestamp"]
_JOINS, _LEAVES = frozenset({"joined", "joined before"}), frozenset({"left"})
_BLANKS = (None, None, None)  # this list gives no duration, e-mail or role


def is_action_list(header: Sequence[str]) -> bool:
    """Whether a header is that of the list of actions."""
    return [normalise_label(cell) for cell in header if cell] == _HEADER


def pair_actions(records: Records, header: Sequence[str]) -> Iterator[Row]:
    """Yield one row per join: name, join time, leave time, duration, e-mail, role.

    The leave time is blank where none is listed, and the join time where a leave has no join. The file is
    read into memory: it is one meeting, and it may list the newest action first.
    """
    shape = Shape((header,), len(_HEADER), delimiter=records.delimiter, is_padded=True, may_end_open=True)
    rows = list(deliver_rows(records.rows, records.tally, shape))
    actions = [row for row in rows if not row.fault]
    paired = _pair(reversed(actions) if _is_newest_first(actions) else actions, records.tally)
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


def _pair(actions: Iterator[Row] | Sequence[Row], tally: LineTally) -> Iterator[Row]:
    present: defaultdict[str | None, list[Row]] = defaultdict(list)  # joins without a leave yet
    for row in actions:
        name, action, moment = row.cells
        if _label(action) in _JOINS:
            present[name].append(row)
        elif _label(action) not in _LEAVES:
            yield Row(row.line, (), row.breaks, Fault.UNKNOWN_ACTION)
        elif present[name]:
            tally.other += 1 + row.breaks
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
