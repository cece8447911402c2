"""Typeform: the responses to a form, one row per response (CSV).

Only this layout belongs here. A question with several options is one column per option, named by the
option, so names such as "Other" repeat. Published files often lack the tool's own columns; a source says
so with the option ``metadata_columns: removed``.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.header import Layout, read_headed

_LAYOUT = Layout(
    required=("Start Date (UTC)", "Submit Date (UTC)"),
    remedy=(
        "In Typeform, open Results, then Responses, and download them as CSV; if the dates were removed "
        "on purpose, set the source's option metadata_columns to removed."
    ),
)


def read_typeform(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the responses of a Typeform export."""
    is_stripped = file.options.get("metadata_columns") == "removed"
    return read_headed(file, replace(_LAYOUT, required=()) if is_stripped else _LAYOUT)
