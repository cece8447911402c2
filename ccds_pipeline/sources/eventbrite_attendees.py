"""Eventbrite: the organiser's attendee report, one row per attendee (CSV).

Only this layout belongs here. American accounts name some columns otherwise; the British wording is
delivered for both, so that one mapping serves. The last line has no line end in real exports.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.headed import Layout, read_headed

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


def read_eventbrite_attendees(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the attendees of an Eventbrite report under British column names."""
    return read_headed(file, _LAYOUT)
