"""Moodle: a course's participants, its gradebook, and the grading worksheet of an assignment.

Only these three layouts belong here. The user chooses what separates the columns, so a source declares it
where it is no comma; a dash stands for no grade. Source of the gradebook's layout:
``grade/import/csv/tests/load_data_test.php``, where a space stands before a quoted name.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.header import Layout, read_headed

_RENAMES = {"surname": "Last name", "id number": "ID number", "email": "Email address"}
_NO_GRADE = frozenset({"-"})
_GRADEBOOK = Layout(
    required=("First name", "Last name", "ID number", "Email address"),
    renames=_RENAMES,
    remedy="In Moodle, open Grades, Export, Plain text file, and take it in English.",
    skips_spaces=True,
    may_end_open=True,
    blanks=_NO_GRADE,
)
_PARTICIPANTS = Layout(
    required=("First name", "Last name", "Email address", "Last access to course"),
    renames=_RENAMES,
    remedy="In Moodle, open Participants, select all and download the table data, in English.",
    may_end_open=True,
)
_GRADING = Layout(
    leading="Identifier",
    required=("Email address", "Status", "Grade", "Feedback comments"),
    renames=_RENAMES,
    remedy="In Moodle, open the assignment's submissions and download the grading worksheet, in English.",
    may_end_open=True,
    blanks=_NO_GRADE,
)


def read_moodle_gradebook(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the persons of a course with their grades."""
    return read_headed(file, _GRADEBOOK)


def read_moodle_participants(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the persons who are enrolled in a course."""
    return read_headed(file, _PARTICIPANTS)


def read_moodle_grading(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the persons of an assignment's grading worksheet."""
    return read_headed(file, _GRADING)
