"""Microsoft Forms: the responses to a form, one row per response (Excel workbook, or the CSV of it).

Only this layout belongs here. The form's title is in neither; the name of a workbook's sheet is delivered as
the column "Form", which a CSV lacks: there a source cannot have it in its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile, map_cells, name_columns
from ccds_pipeline.sources.facts import ToolFacts
from ccds_pipeline.sources.records import open_records, rename

_REMEDY = "In Microsoft Forms, open Responses and download them with Open in Excel, in English."
_REQUIRED = ("ID", "Start time", "Completion time")
_RENAMES = {"id": "ID"}
_MOMENTS = frozenset({"start time", "completion time", "last modified time"})
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT = "T00:00:00"
_FORM = "Form"
# The form's numbers begin anew in each form, and every form calls its sheet the same.
FACTS = ToolFacts(
    record="response",
    key=(_FORM, "ID", "Start time"),
    fields={
        "email": ({"column": "Email"},),
        "started_at": ({"column": "Start time"},),
        "submitted_at": ({"column": "Completion time"},),
    },
)


@contextmanager
def read_ms_forms(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the responses of a Microsoft Forms export.

    The times of a response are in the local time of whoever exported it: ``2022-03-01T09:30:00`` from a
    workbook, and as they are written (``3/1/2022 9:30``) from a CSV. Numbers without decimals are ``7``.
    """
    with open_records(file, _REMEDY) as records:
        header = records.header()
        names = rename(records.names(header), _RENAMES)
        records.require(names, _REQUIRED)
        rows = records.deliver(header, kept=len(names))
        if not records.sheet:
            yield DeliveredTable(name_columns(names), rows, records.tally)
            return
        moments = [position for position, name in enumerate(names) if normalise_label(name) in _MOMENTS]

        def with_form(cells: Sequence[str | None]) -> list[str | None]:
            texts = list(cells)
            for position in moments:
                texts[position] = _at_midnight(texts[position])
            return [records.sheet, *texts]

        yield DeliveredTable(name_columns([_FORM, *names]), map_cells(rows, with_form), records.tally)


def _at_midnight(moment: str | None) -> str | None:
    """Give a time at midnight its hours: the workbook shows it as a date."""
    return moment + _MIDNIGHT if moment and _DAY.fullmatch(moment) else moment
