"""How a message reads: one for all the news of an address, each cause once.

Plain text, since every service shows that; what is news is decided in ``memory``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ccds_pipeline.alerts.causes import Cause
from ccds_pipeline.alerts.memory import News

_DETAILS = 12


@dataclass(frozen=True)
class Message:
    """What is sent."""

    title: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where it happened: data folder and machine, what readers have, in a sentence, and names of the UI."""

    folder: str
    machine: str
    standing: str
    ui_hosts: tuple[str, ...] = ()


def digest(found: News, place: Place) -> Message:
    """Return the message of all the news."""
    parts = [
        *("\n".join(_lines("NEW", cause)) for cause in found.begun),
        *("\n".join(_lines("CHANGED", cause)) for cause in found.changed),
        *(f"OVER: {told.title} (told since {told.since})" for told in found.over),
    ]
    return Message(_title(found), "\n\n".join([*parts, _end(place)]))


def trial(place: Place) -> Message:
    """Return the message by which an address is tried."""
    return Message(
        "[ccds] A test: alerts arrive", f"Nothing is wrong: somebody tried this address.\n\n{_end(place)}"
    )


def _title(found: News) -> str:
    titles = [cause.title for cause in (*found.begun, *found.changed)]
    if not titles:
        over = [told.title for told in found.over]
        return f"[ccds] Over: {over[0]}" if len(over) == 1 else f"[ccds] {len(over)} causes are over"
    return f"[ccds] {titles[0]}" if len(titles) == 1 else f"[ccds] {len(titles)} things need somebody"


def _lines(kind: str, cause: Cause) -> Iterator[str]:
    yield f"{kind}: {cause.title}"
    yield from (f"  {line}" for line in cause.details[:_DETAILS])
    if len(cause.details) > _DETAILS:
        yield f"  … and {len(cause.details) - _DETAILS} more lines"
    yield f"  What to do: {cause.remedy}"


def _end(place: Place) -> str:
    lines = [
        place.standing,
        f"Data folder {place.folder} on {place.machine}. Look closer: ccds doctor --data {place.folder}",
        *(f"The UI: https://{host}" for host in place.ui_hosts),
    ]
    return "\n".join(lines)
