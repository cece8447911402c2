"""Indico: the responses to an event's survey, one row per submission (CSV).

Only this layout belongs here. Questions are named "Section: Question"; the submitter's name and e-mail
are blank in an anonymous survey.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.header import Layout, read_headed

_LAYOUT = Layout(
    required=("Submitter", "Submitter Email", "Submission Date"),
    remedy="In Indico, open the survey's results and export the submissions as CSV.",
)


def read_indico(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the submissions of an Indico survey."""
    return read_headed(file, _LAYOUT)
