"""Companion files: what a tool exports beside the responses to explain their codes.

A companion lies in the delivery (or the archive) of its responses and is known by its header. It yields no
record of its own. Finding it and using it belong here; its form belongs to the tool's reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import DeliveredTable, Row, SourceFile, map_cells
from ccds_pipeline.sources.records import Records, open_records

LABELS_OPTION, LABELS = "answers", "labels"  # the option by which a source asks for texts instead of codes


def find_companion(file: SourceFile, is_companion: Callable[[Sequence[str]], bool]) -> SourceFile | None:
    """Find the companion among the other files of a delivery; None if there is none.

    Raises:
        FileRefusedError: Rule ``companion_ambiguous`` if there are several, or ``companion_missing`` if
            there is none and the source asks for labels.
    """
    others = (replace(file, path=path) for path in file.delivery if path != file.path)
    found = [other for other in others if is_companion(_header(other))]
    if len(found) > 1:
        raise FileRefusedError(
            "companion_ambiguous",
            f"The delivery holds {len(found)} keys of answer codes",
            remedy="Deliver each export with its own key, on a date or as a source of its own.",
        )
    if not found and file.options.get(LABELS_OPTION) == LABELS:
        raise FileRefusedError(
            "companion_missing",
            "The delivery holds no key of answer codes, and the source asks for labels",
            remedy="Deliver the tool's key beside the responses, or remove the source's option answers.",
        )
    return found[0] if found else None


def _header(file: SourceFile) -> list[str]:
    with suppress(FileRefusedError), open_records(file, "") as records:
        return records.next_header() or []
    return []


def as_companion(records: Records) -> DeliveredTable:
    """Deliver a companion: no columns and no rows; all of its lines are other lines."""
    return DeliveredTable((), _without_rows(records), records.tally)


def _without_rows(records: Records) -> Iterator[Row]:
    for row in records.rows:
        records.skip(row)
    yield from ()


def with_labels(
    rows: Iterator[Row], names: Sequence[str], labels: Mapping[str, Mapping[str, str]]
) -> Iterator[Row]:
    """Replace codes by their labels, per column; a code without a label stays."""
    known = [labels.get(name, {}) for name in names]
    return map_cells(
        rows, lambda cells: [codes.get(cell or "", cell) for cell, codes in zip(cells, known, strict=True)]
    )
