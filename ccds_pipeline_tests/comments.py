"""The labelled comments of the tests: all invented, with what must not survive redaction."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "privacy_comments.csv"


@dataclass(frozen=True)
class Comment:
    """One comment: ``kind`` is structured, name or clean; ``identifiers`` must all disappear."""

    kind: str
    text: str
    identifiers: tuple[str, ...]


def labelled_comments() -> list[Comment]:
    """Return the corpus in the order of its file."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return [
            Comment(row["kind"], row["comment"], tuple(filter(None, row["identifiers"].split("|"))))
            for row in csv.DictReader(lines)
        ]
