"""The delivered files of one source, the texts of answers in them, and the account of their rows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.records import BLANK, NOT_APPLICABLE, Outcome, outcome_of
from ccds_pipeline.synthetic.timetable import DELIVERY_DATES, deliveries_of

# How often a record stands in a file twice, word for word.
_REPEATED = 0.004
EXCELLENCE = ("Poor", "Fair", "Good", "Very good", "Excellent")
AGREEMENT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
SATISFACTION = (
    "Very dissatisfied",
    "Dissatisfied",
    "Neither satisfied nor dissatisfied",
    "Satisfied",
    "Very satisfied",
)
YES_NO = ("No", "Yes")
SCORES = tuple(str(score) for score in range(11))
NOT_APPLICABLE_TEXT = "Not applicable"


class _Writer(Protocol):
    def writerow(self, row: Sequence[str], /) -> object: ...

    def writerows(self, rows: Iterable[Sequence[str]], /) -> object: ...


class Ledger:
    """How many rows a source delivered, and what a sound reader makes of them."""

    def __init__(self) -> None:
        self._outcomes: Counter[Outcome] = Counter()

    def count(self, outcome: Outcome, rows: int = 1) -> None:
        """Account for rows that were written."""
        self._outcomes[outcome] += rows

    def totals(self) -> dict[str, int]:
        """Rows received, over all deliveries, and how many of them end in which way."""
        outcomes: tuple[Outcome, ...] = ("loaded", "duplicate", "excluded", "rejected")
        counts: dict[str, int] = {outcome: self._outcomes[outcome] for outcome in outcomes}
        return {"received": sum(counts.values()), **counts}


def delivered_path(source: Path, delivery: int, name: str) -> Path:
    """Where a file of that delivery (from 0) of a source goes; makes the folder."""
    folder = source / DELIVERY_DATES[delivery].isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


class CsvFiles:
    """One CSV file per delivery of one source, started when its first row comes.

    Args:
        source: Folder of the source.
        name: Name of each file.
        heading: Its header rows.
        draws: Chooses which rows stand in a file twice.
        encoding: Encoding of the files.
        line_end: What ends each line.
        quotes_all: Whether every field is quoted.
    """

    def __init__(
        self,
        source: Path,
        name: str,
        *,
        heading: Sequence[Sequence[str]],
        draws: Draws,
        encoding: str = "utf-8",
        line_end: str = "\r\n",
        quotes_all: bool = False,
    ) -> None:
        self.ledger = Ledger()
        self._source, self._name, self._heading, self._encoding, self._draws = (
            source,
            name,
            heading,
            encoding,
            draws,
        )
        self._line_end, self._quotes_all = line_end, quotes_all
        self._streams = ExitStack()
        self._writers: dict[int, _Writer] = {}

    def deliver(
        self, row_at: Callable[[int], Sequence[str]], *, changed_at: tuple[datetime, ...], flaw: str
    ) -> None:
        """Write one record to every delivery that brings it, and account for it.

        Args:
            row_at: Gives the row as a delivery (from 0) shows it.
            changed_at: When the record was made or changed.
            flaw: What keeps the row from loading, if anything.
        """
        outcome = outcome_of(flaw)
        for delivery in deliveries_of(changed_at):
            writer = self._writers.get(delivery) or self.start(delivery)
            row = row_at(delivery)
            writer.writerow(row)
            self.ledger.count(outcome)
            if not flaw and self._draws.chance(_REPEATED):
                writer.writerow(row)
                self.ledger.count("duplicate")

    def start(self, delivery: int) -> _Writer:
        """Start the file of that delivery (from 0) with its header rows."""
        path = delivered_path(self._source, delivery, self._name)
        stream = self._streams.enter_context(path.open("w", encoding=self._encoding, newline=""))
        writer: _Writer = csv.writer(
            stream,
            quoting=csv.QUOTE_ALL if self._quotes_all else csv.QUOTE_MINIMAL,
            lineterminator=self._line_end,
        )
        writer.writerows(self._heading)
        self._writers[delivery] = writer
        return writer

    def close(self) -> None:
        """Finish every file."""
        self._streams.close()


def label(answer: int, options: tuple[str, ...]) -> str:
    """The text of an answer.

    Args:
        answer: Place of the option from 1 (a score: its value), blank or not applicable.
        options: Texts in ascending order; ``SCORES`` for scores.
    """
    if answer == BLANK:
        return ""
    if answer == NOT_APPLICABLE:
        return NOT_APPLICABLE_TEXT
    return options[answer] if options is SCORES else options[answer - 1]
