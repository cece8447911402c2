"""Eventbrite: the organiser's attendee report, one row per attendee (CSV, or a zip of one CSV per event).

Only this layout belongs here. American accounts name some columns otherwise; the British wording is
delivered for both, so that one mapping serves. The last line has no line end in real exports. An archive
names each CSV by its event, and holds a workbook that lists the events, which has no record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ccds_pipeline.sources.delivered import (
    DeliveredTable,
    LineTally,
    SourceFile,
    name_columns,
    with_constants,
)
from ccds_pipeline.sources.facts import ToolFacts
from ccds_pipeline.sources.records import Layout, read_headed

_LAYOUT = Layout(
    required=("Order no.", "Attendee no.", "Email", "Attendee Status"),
    renames={
        "order #": "Order no.",
        "attendee #": "Attendee no.",
        "last name": "Surname",
        "home state": "County of Residence",
        "home zip": "Home Postcode",
        "cell phone": "Mobile Phone",
    },
    remedy="In Eventbrite, open Reports, choose the attendee report and export it as CSV, in English.",
    may_end_open=True,
)
FACTS = ToolFacts(
    record="booking",
    key=("Attendee no.",),
    fields={
        "email": ({"column": "Email"},),
        "name": ({"join": ("First Name", "Surname")},),
        "reference": ({"column": "Attendee no."},),
        "booked_at": ({"column": "Order Date"},),
        "status": (
            {
                "column": "Attendee Status",
                "values": {
                    "Attending": "booked",
                    "Checked In": "booked",
                    "Not Attending": "cancelled",
                    "Refunded": "cancelled",
                    "Deleted": "cancelled",
                    "Transferred": "cancelled",
                },
            },
        ),
    },
)
_LIST_OF_EVENTS = "events.xlsx"
_EVENT_FILE = re.compile(r"(?:.*/)?([0-9]+)\.csv")


@contextmanager
def read_eventbrite_attendees(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the attendees of an Eventbrite report under British column names.

    In an archive the column "Event ID" says from which event's file a row comes.
    """
    if file.member_name.rpartition("/")[2] == _LIST_OF_EVENTS:
        yield DeliveredTable((), iter(()), LineTally())
        return
    with read_headed(file, _LAYOUT) as table:
        event = _EVENT_FILE.fullmatch(file.member_name)
        if event is None:
            yield table
            return
        columns = name_columns([*(column.name for column in table.columns), "Event ID"])
        yield DeliveredTable(columns, with_constants(table.rows, event.groups()), table.tally)
