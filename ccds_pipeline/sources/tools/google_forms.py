"""Google Forms: the responses to a form, one row per response (CSV, or a sheet linked with the form).

Only this layout belongs here. The download of a form has the time zone behind each time, a linked sheet has
not. A question that stands in several sections of the form gives several columns of one name.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.header import Layout, read_headed

_LAYOUT = Layout(
    leading="Timestamp",
    remedy=(
        "In Google Forms, open Responses and download them (.csv), or download the linked sheet as CSV, "
        "with the form's owner using English."
    ),
    may_end_open=True,
)


def read_google_forms(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the responses of a Google form."""
    return read_headed(file, _LAYOUT)
