"""What each address was told: what is news to it, and the file that remembers it.

How a message is made and sent is in ``digest`` and ``send``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from ccds_pipeline.alerts.causes import Cause, Look
from ccds_pipeline.output_files import replace_file


@dataclass(frozen=True)
class Told:
    """A cause that an address was told of and that is not over; ``since`` is when it first was, in words."""

    topic: str
    title: str
    state: str
    since: str


@dataclass(frozen=True)
class News:
    """What an address was not told yet."""

    begun: tuple[Cause, ...] = ()
    changed: tuple[Cause, ...] = ()
    over: tuple[Told, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.begun or self.changed or self.over)


@dataclass(frozen=True)
class Memory:
    """Of one address: what it was told, by the key of the cause, and when a message last failed."""

    told: Mapping[str, Told] = field(default_factory=dict)
    failed_at: str = ""


def news(told: Mapping[str, Told], look: Look) -> News:
    """Return what a look found that was not told, or told otherwise, and what it found to be over."""
    found = {cause.key: cause for cause in look.causes}
    return News(
        begun=tuple(cause for key, cause in found.items() if key not in told),
        changed=tuple(c for key, c in found.items() if key in told and told[key].state != c.state),
        over=tuple(one for key, one in told.items() if one.topic in look.topics and key not in found),
    )


def after(told: Mapping[str, Told], look: Look, now: datetime) -> dict[str, Told]:
    """Return what an address was told once the news of a look got through."""
    kept = {key: one for key, one in told.items() if one.topic not in look.topics}
    for cause in look.causes:
        since = told[cause.key].since if cause.key in told else in_words(now)
        kept[cause.key] = Told(cause.topic, cause.title, cause.state, since)
    return kept


def in_words(moment: datetime) -> str:
    """Return a moment of UTC as it is shown."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def read_memories(file: Path) -> dict[str, Memory]:
    """Return the memory of each address; none where the file is missing or damaged: all is told again."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {
            address: Memory({key: Told(**one) for key, one in memory["told"].items()}, memory["failed_at"])
            for address, memory in kept.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_memories(file: Path, memories: Mapping[str, Memory]) -> None:
    """Put the memories in place of those that were there, in one step."""
    kept = {address: asdict(memory) for address, memory in memories.items()}
    replace_file(file, json.dumps(kept, indent=1).encode())
