"""Which columns hold the answers to a closed question, with the wordings of its options.

The only place that gives out what stands in cells, and only this: of a column with few different answers,
each of which many people gave. A column with any rarer answer gives none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pyarrow as pa

from ccds_pipeline.ingest.conform.layout import FAULT

MOST_OPTIONS = 10
LEAST_PEOPLE = 11


class ClosedColumns:
    """Collects, batch by batch, who gave which answer in some columns.

    Args:
        columns: Those that may be a question; never one that holds a field of a record.
        person: The column that tells people apart, as an address; without one, each record is a person.
    """

    def __init__(self, columns: Iterable[str], person: str | None) -> None:
        self._person = person
        self._people: dict[str, dict[str, set[object]]] = {name: defaultdict(set) for name in columns}
        self._records = 0

    def add(self, rows: pa.Table) -> None:
        """Take in one batch."""
        faults = rows[FAULT].to_pylist()
        numbers = range(self._records, self._records + len(rows))
        people = rows[self._person].to_pylist() if self._person else list(numbers)
        self._records += len(rows)
        for name in list(self._people):
            answers = self._people[name]
            for text, person, fault in zip(rows[name].to_pylist(), people, faults, strict=True):
                label = (text or "").strip()
                if label and fault is None:
                    answers[label].add(_one(person))
                if len(answers) > MOST_OPTIONS:
                    del self._people[name]
                    break

    def wordings(self) -> Mapping[str, list[str]]:
        """Return the answers of each closed question, in the order of the alphabet, by its column."""
        return {
            name: sorted(answers)
            for name, answers in self._people.items()
            if answers and all(len(people - {""}) >= LEAST_PEOPLE for people in answers.values())
        }


def _one(person: object) -> object:
    """Return what tells a person apart; a blank address is nobody."""
    return person.strip().casefold() if isinstance(person, str) else "" if person is None else person
