"""What rows of ``staging.sighting`` stand for a history of deliveries: the plain definition, day by day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

Seen = tuple[str, str, int]
"""A record, its version, and the number of the file."""


def runs_of(brought: Mapping[date, Collection[Seen]]) -> list[tuple[date, date, str, str, int]]:
    """Return one row for as long as deliveries in succession bring the same, from first to last day."""
    days = sorted(brought)
    found = []
    for place, day in enumerate(days):
        for seen in brought[day]:
            if place and seen in brought[days[place - 1]]:
                continue
            is_there = [seen in brought[later] for later in days[place:]]
            length = is_there.index(False) if False in is_there else len(is_there)
            found.append((day, days[place + length - 1], *seen))
    return sorted(found)
