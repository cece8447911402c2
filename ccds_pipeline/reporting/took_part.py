"""Who took part: people by region, sector, staff group and the like, then people and sessions by month.

What divides a breakdown further, such as a care setting within a sector, is shown in the annex.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from ccds_pipeline.reporting import marks, wording
from ccds_pipeline.reporting.page import Card, Cell, Column, Section, TableView
from ccds_pipeline.reporting.released import Release
from ccds_pipeline.reporting.sentences import reach_sentence
from ccds_pipeline.reporting.subjects import Reach, Sessions
from ccds_pipeline.reporting.wording import WHY_WITHHELD, WITHHELD, breakdown_text, count_text
from ccds_pipeline.schemas.readings import SHARE

MOST_PARTS = 20
"""Parts of a breakdown that a table of the report shows; more are in the released tables."""
_MONTH, _SESSION = "month", "session"


def took_part_section(release: Release) -> Section:
    """Return the people and sessions of each breakdown that is a part of no other."""
    sentence = reach_sentence(release)
    divided_by_time = {part.breakdown for part in release.sessions}
    shown = sorted(
        (parts for parts in breakdowns(release) if not _divides_another(parts, release)),
        key=lambda parts: parts[0].breakdown in divided_by_time,
    )
    is_by_time_alone = all(parts[0].breakdown in divided_by_time for parts in shown)
    where = "Where they work and in which staff group is not in this release." if is_by_time_alone else ""
    return Section(
        "took-part",
        "Who took part",
        " ".join(filter(None, (sentence, where, _ADDING_UP if shown else "")))
        if sentence
        else "How many people attended is not shown in this release.",
        tuple(_card(parts, release) for parts in shown),
    )


def further_reach(release: Release) -> tuple[Card, ...]:
    """Return the people of each breakdown that divides another."""
    return tuple(_card(parts, release) for parts in breakdowns(release) if _divides_another(parts, release))


def breakdowns(release: Release) -> list[list[Reach]]:
    """Return the parts of each breakdown that has several, and few enough to be read."""
    found = [
        list(parts) for _, parts in groupby(release.reach, key=lambda part: (part.kpi_id, part.breakdown))
    ]
    return [parts for parts in found if 1 < len(parts) <= MOST_PARTS and parts[0].breakdown != _SESSION]


def _divides_another(parts: list[Reach], release: Release) -> bool:
    released = {part.breakdown for part in release.reach}
    return any(
        group.breakdown == parts[0].breakdown and group.parent_breakdown in released
        for group in release.groups
    )


def _card(parts: list[Reach], release: Release) -> Card:
    title = f"By {breakdown_text(parts[0].breakdown)}: {_spread(parts)}"
    most = max((part.share or 0 for part in parts), default=0) or 1
    columns = [
        Column(parts[0].breakdown_label, lambda part: Cell(part.level_label)),
        Column("Bar", lambda part: _bar(part, most), is_picture=True),
        Column("People", lambda part: _count_cell(part.people_n), numeric=True),
        Column("Share", _share_cell, numeric=True),
    ]
    note = WHY_WITHHELD if any(part.people_n is None for part in parts) else ""
    sessions = {part.level: part for part in release.sessions if part.breakdown == parts[0].breakdown}
    if parts[0].breakdown == _MONTH and sessions:
        columns.append(Column("Sessions", lambda part: _sessions_n(part, sessions), numeric=True))
    return Card(title, TableView.of(title, parts, *columns), note=note)


def _spread(parts: list[Reach]) -> str:
    known = [part.people_n for part in parts if not part.is_unknown and part.people_n is not None]
    hidden_n = sum(part.people_n is None for part in parts)
    hidden = f"; {hidden_n} of {len(parts)} withheld" if hidden_n else ""
    if not known:
        return f"no number of people is shown{hidden}"
    ends = " to ".join(count_text(end) for end in dict.fromkeys((min(known), max(known))))
    return f"{ends} people in each of {len(known)}{hidden}"


def _bar(part: Reach, most: float) -> Cell:
    return Cell("", picture=marks.bar((part.share or 0) / most))


def _count_cell(count: int | None) -> Cell:
    return Cell(WITHHELD, muted=True) if count is None else Cell(count_text(count))


def _share_cell(part: Reach) -> Cell:
    if part.share is None:
        return Cell(WITHHELD, muted=True)
    return Cell(wording.number_text(part.share, SHARE.name, n=part.of_people_n))


def _sessions_n(part: Reach, sessions: Mapping[str, Sessions]) -> Cell:
    held = sessions.get(part.level)
    return Cell(count_text(held.sessions_n)) if held else Cell("none known", muted=True)


_ADDING_UP = (
    "Parts need not add up to the whole: each count carries a little noise of its own so that nobody can be "
    "worked out, sessions are rounded to the nearest five, and somebody who came twice may be in two parts."
)
