"""Microsoft Forms: the responses to a form, one row per response (Excel workbook).

Only this layout belongs here. The form's title is not in the workbook; the sheet's name is delivered as
the column "Form".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile, map_cells, name_columns
from ccds_pipeline.sources.facts import ToolFacts
from ccds_pipeline.sources.records import Records
from ccds_pipeline.sources.workbook import open_sheet, whole_number_fault

_REMEDY = "In Microsoft Forms, open Responses and download them with Open in Excel, in English."
_REQUIRED = ("ID", "Start time", "Completion time")
_MOMENTS = frozenset({"start time", "completion time", "last modified time"})
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
    """Deliver the responses of a Microsoft Forms workbook.

    The times of a response are delivered as ``2022-03-01T09:30:00``, in the local time of whoever
    exported it; numbers without decimals as ``7``.
    """
    with open_sheet(file, whole_number_fault) as workbook:
        records = Records(file, workbook, _REMEDY)
        header = records.header()
        names = records.names(header)
        records.require(names, _REQUIRED)
        moments = [position for position, name in enumerate(names) if normalise_label(name) in _MOMENTS]

        def with_form(cells: Sequence[str | None]) -> list[str | None]:
            texts = list(cells)
            for position in moments:
                texts[position] = _at_midnight(texts[position])
            return [workbook.sheet, *texts]

        rows = map_cells(records.deliver(header, kept=len(names)), with_form)
        yield DeliveredTable(name_columns([_FORM, *names]), rows, records.tally)


def _at_midnight(moment: str | None) -> str | None:
    """Give a time at midnight its hours: the workbook shows it as a date."""
    return moment + _MIDNIGHT if moment and len(moment) == len("2022-03-01") else moment
