"""What is known of a tool's export before a file is seen: facts beside each reader, for drafts and documents.

A fact holds for every account of the tool. What differs between accounts or programmes (which session, which
wave, a local time zone) is not one, and a draft leaves it to be named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Mapped = Mapping[str, object]
"""Where a field is, as the programme file writes it: ``{"column": "Email"}``."""


@dataclass(frozen=True)
class CustomaryExclusion:
    """Rows that are not records in any programme, such as previews: ``column`` holds one of ``equals``."""

    reason: str
    column: str
    equals: tuple[str, ...]


@dataclass(frozen=True)
class ToolFacts:
    """What a layout says of its records.

    Args:
        record: ``booking``, ``attendance`` or ``response``; empty where a file of it may be any.
        key: The delivered columns that identify a record for good; one in ``key_parts`` counts where a file
            has it. Empty where the tool gives no identifier, None where it depends on the account.
        key_parts: See ``key``.
        fields: By canonical field where it is, the first whose columns a file has.
        exclude: What is customarily excluded, where a file has the column.
        own: Columns that the tool adds itself, besides those of key, fields and exclusions: no question.
        marks: Texts that stand for no answer, as the programme file writes them.
        timezone: The zone of all times; empty where the account decides.
    """

    record: str = ""
    key: tuple[str, ...] | None = None
    key_parts: tuple[str, ...] = ()
    fields: Mapping[str, Sequence[Mapped]] = field(default_factory=dict)
    exclude: tuple[CustomaryExclusion, ...] = ()
    own: tuple[str, ...] = ()
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    timezone: str = ""


def columns_of(mapped: Mapped) -> list[str]:
    """Return the columns that a mapping of ``ToolFacts.fields`` needs."""
    joined = mapped.get("join", ())
    single = [mapped[part] for part in ("column", "fallback") if part in mapped]
    return [str(column) for column in (*single, *(joined if isinstance(joined, tuple) else ()))]
