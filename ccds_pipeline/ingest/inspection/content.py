"""What a column holds, by counts alone.

Values are looked at and forgotten; nothing here keeps or returns one. How times are read in the end belongs
in ``ingest.conform.times``, which judges the formats here too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from ccds_pipeline.ingest.conform.fields import NOT_A_TIME, to_instants

MOST_DISTINCT = 1_000
_DAY, _MONTH, _OVER_12 = "(0?[1-9]|[12][0-9]|3[01])", "(0?[1-9]|1[0-2])", "(1[3-9]|2[0-9]|3[01])"
_YEAR = r"([0-9]{4}|[0-9]{2})([^0-9]|$)"
KINDS = {
    "e-mail-like": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "whole number": r"^[+-]?[0-9]+$",
    "number": r"^[+-]?[0-9]+[.,][0-9]+$",
}
DATES = {
    "day first": f"^{_OVER_12}[/.-]{_MONTH}[/.-]{_YEAR}",
    "month first": f"^{_MONTH}[/.-]{_OVER_12}[/.-]{_YEAR}",
    "fit both": f"^{_MONTH}[/.-]{_MONTH}[/.-]{_YEAR}",
    "year first": f"^[0-9]{{4}}[/.-]{_MONTH}[/.-]{_DAY}([^0-9]|$)",
    "month by name": rf"^({_DAY}[ -][A-Za-z]{{3,9}}[ -]|[A-Za-z]{{3,9}} {_DAY},? ){_YEAR}",
}
ZONES = {
    **{word: rf"\b{word}\b" for word in ("UTC", "GMT", "BST", "CET", "CEST", "EST", "EDT", "PST", "PDT")},
    "Z": "[0-9]Z$",
    "offset": r"[0-9][+-][0-9]{2}:?[0-9]{2}$",
}
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M:%S", ", %I:%M:%S %p")
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y/%m/%d")
TIME_FORMATS = (
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    *(f"%Y-%m-%d{separator}%H:%M:%S{rest}" for separator in " T" for rest in ("%z", ".%f", ".%f%z")),
    "%Y-%m-%dT%H:%M:%S",
    "%d %b %Y %H:%M",
    "%b %d, %Y %I:%M %p",
)


@dataclass
class ColumnContent:
    """What is counted of one column.

    Args:
        name: As delivered.
        text: Another wording, such as the question under a code; empty where the file has none.
        filled: Cells that are not blank, of ``records``.
        counts: Cells by kind (``KINDS``, and ``DATES`` by what they say of the order of day and month).
        zones: Dates that name a time zone, by its word.
        formats: Dates by the strptime formats that fit them.
        is_unique: Whether no two filled cells are equal.
    """

    name: str
    text: str = ""
    records: int = 0
    filled: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    zones: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    is_unique: bool = True
    _seen: set[int] = field(default_factory=set)

    @property
    def is_full(self) -> bool:
        """Whether no cell is blank."""
        return self.records > 0 and self.filled == self.records

    @property
    def distinct(self) -> int:
        """How many different values there are, up to ``MOST_DISTINCT``."""
        return min(len(self._seen), MOST_DISTINCT)

    @property
    def dates(self) -> int:
        """How many cells look like a date."""
        return sum(self.counts[order] for order in DATES)

    def add(self, cells: pa.ChunkedArray) -> None:
        """Count the cells of one batch; null and white space are blank."""
        texts = pc.utf8_trim_whitespace(cells.drop_null())
        texts = texts.filter(pc.not_equal(texts, ""))
        self.records += len(cells)
        self.filled += len(texts)
        self._count_distinct(texts)
        self.counts.update({kind: _matching(texts, pattern) for kind, pattern in KINDS.items()})
        orders = {order: texts.filter(_matches(texts, pattern)) for order, pattern in DATES.items()}
        self.counts.update({order: len(dates) for order, dates in orders.items()})
        dates = pa.chunked_array([chunk for found in orders.values() for chunk in found.chunks], pa.string())
        if len(dates):
            self.zones.update({word: _matching(dates, pattern) for word, pattern in ZONES.items()})
            self._count_formats(dates)

    def _count_distinct(self, texts: pa.ChunkedArray) -> None:
        if not self.is_unique and len(self._seen) >= MOST_DISTINCT:
            return
        new = {hash(text) for text in pc.unique(texts).to_pylist()}
        self.is_unique &= len(new) == len(texts) and self._seen.isdisjoint(new)
        self._seen |= new

    def _count_formats(self, dates: pa.ChunkedArray) -> None:
        texts = dates.to_pandas().astype("str")
        for form in TIME_FORMATS:
            _, rules = to_instants(texts, formats=[form], timezone="UTC")
            self.formats[form] += int((rules != NOT_A_TIME).sum())


def _matches(texts: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.match_substring_regex(texts, pattern)


def _matching(texts: pa.ChunkedArray, pattern: str) -> int:
    return pc.sum(_matches(texts, pattern)).as_py() or 0


def printable(text: str) -> str:
    """Show characters that steer a terminal, or turn the writing round, as a question mark in a diamond."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
