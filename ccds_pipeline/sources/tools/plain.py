"""Tools whose export is a plain header over one row per record: what their columns are called.

Google Forms, Indico, Moodle and Typeform, and any other table with unique column names. A tool whose files
ask for more has a module of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import DeliveredTable, Fault, FaultyCell, SourceFile, map_cells
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import Layout, read_headed
from ccds_pipeline.sources.workbook import number_too_long

# The download of a form has the time zone after each time; a linked sheet has not, nor has its last line a
# line end. A question in several sections of the form gives several columns of one name.
GOOGLE_FORMS = Layout(
    leading="Timestamp",
    remedy=(
        "In Google Forms, open Responses and download them (.csv), or download the linked sheet as CSV, "
        "with the form's owner using English."
    ),
    may_end_open=True,
)
# Questions are named "Section: Question"; submitter and e-mail are blank in an anonymous survey.
INDICO = Layout(
    required=("Submitter", "Submitter Email", "Submission Date"),
    remedy="In Indico, open the survey's results and export the submissions as CSV.",
)
# The user chooses what separates the columns, so a source declares it where it is not a comma; a dash stands
# for no grade. Source: grade/import/csv/tests/load_data_test.php, where a space stands before a quoted name.
_MOODLE_RENAMES = {"surname": "Last name", "id number": "ID number", "email": "Email address"}
_NO_GRADE = frozenset({"-"})
_MOODLE_TRANSLATIONS = {
    "French": frozenset(
        {"prénom", "nom", "nom de famille", "nom complet", "adresse de courriel", "numéro d'identification"}
        | {"identifiant", "note maximale", "feedback par commentaires", "dernier accès au cours"}
    ),
    "German": frozenset(
        {"vorname", "nachname", "vollständiger name", "e-mail-adresse", "id-nummer"}
        | {"bewertung", "bestwertung", "feedback als kommentar", "letzter zugriff auf den kurs"}
    ),
}
_IN_ENGLISH = "with Moodle's language set to English (in the menu of languages, or in your preferences)."
MOODLE_GRADEBOOK = Layout(
    required=("First name", "Last name", "ID number", "Email address"),
    renames=_MOODLE_RENAMES,
    translations=_MOODLE_TRANSLATIONS,
    remedy=f"In Moodle, open Grades, Export, Plain text file, {_IN_ENGLISH}",
    skips_spaces=True,
    may_end_open=True,
    blanks=_NO_GRADE,
)
MOODLE_PARTICIPANTS = Layout(
    required=("First name", "Last name", "Email address", "Last access to course"),
    renames=_MOODLE_RENAMES,
    translations=_MOODLE_TRANSLATIONS,
    remedy=f"In Moodle, open Participants, select all and download the table data, {_IN_ENGLISH}",
    may_end_open=True,
)
MOODLE_GRADING = Layout(
    leading="Identifier",
    required=("Email address", "Status", "Grade", "Feedback comments"),
    renames=_MOODLE_RENAMES,
    translations=_MOODLE_TRANSLATIONS,
    remedy=f"In Moodle, open the assignment's submissions, download the grading worksheet, {_IN_ENGLISH}",
    blanks=_NO_GRADE,
)
# A question with several options is one column per option, so names such as "Other" repeat.
_TYPEFORM = Layout(
    required=("Start Date (UTC)", "Submit Date (UTC)"),
    remedy=(
        "In Typeform, open Results, then Responses, and download them as CSV; if the dates were removed "
        "on purpose, set the source's option metadata_columns to removed."
    ),
)
_TABLE = Layout(
    remedy=(
        "Deliver the table with its header as the first line, one record a line; "
        "the source's options encoding, delimiter, sheet, columns and header_rows say what else to expect."
    ),
    repeats_columns=False,
    number_fault=lambda number: number_too_long(number) or Fault.NUMBER_CELL,
)
GOOGLE_FORMS_FACTS = ToolFacts(record="response", key=(), fields={"submitted_at": ({"column": "Timestamp"},)})
INDICO_FACTS = ToolFacts(
    record="response",
    fields={"email": ({"column": "Submitter Email"},), "submitted_at": ({"column": "Submission Date"},)},
)
MOODLE_PARTICIPANTS_FACTS = ToolFacts(
    record="booking",
    key=("Email address", "Groups"),
    fields={
        "email": ({"column": "Email address"},),
        "name": ({"join": ("First name", "Last name")},),
        "status": ({"default": "booked"},),
    },
    exclude=(CustomaryExclusion("staff", "Roles", ("Teacher", "Manager")),),
)
TYPEFORM_FACTS = ToolFacts(
    record="response",
    key=("#",),
    fields={
        "started_at": ({"column": "Start Date (UTC)"},),
        "submitted_at": ({"column": "Submit Date (UTC)"},),
    },
    exclude=(
        CustomaryExclusion("partial", "Response Type", ("partial",)),
        CustomaryExclusion("unfinished", "Submit Date (UTC)", ("",)),
    ),
    own=("Stage Date (UTC)", "Network ID", "Tags", "Ending"),
    timezone="UTC",
)


def read_typeform(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the responses of a Typeform export.

    Published files often lack the tool's own columns; the option ``metadata_columns: removed`` says so.
    """
    is_stripped = file.options.get("metadata_columns") == "removed"
    return read_headed(file, replace(_TYPEFORM, required=()) if is_stripped else _TYPEFORM)


@contextmanager
def read_table(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver a table of a tool without a reader of its own; all of its cells are texts.

    Its option ``columns`` (separated by commas) lists columns it must have; ``header_rows`` says that the
    header has two or three rows. ``numbers`` says of columns what a number of a workbook may be there: whole,
    or decimal; elsewhere it is a faulty cell, because an identifier or a date has lost its form as a number.
    """
    required = (name.strip() for name in file.options.get("columns", "").split(","))
    layout = replace(
        _TABLE, required=tuple(filter(None, required)), header_rows=int(file.options.get("header_rows", "1"))
    )
    rules = number_rules(file.options.get("numbers", "{}")) or {}
    with read_headed(file, layout) as table:
        others = rules.get(_OTHERS, "text")
        by_column = [rules.get(normalise_label(column.name), others) for column in table.columns]
        rows = map_cells(table.rows, lambda cells: list(map(_taken, cells, by_column)))
        yield replace(table, rows=rows) if rules else table


def number_rules(option: str) -> dict[str, str] | None:
    """Read the option ``numbers``: the rule of each column, by its normalised label; None if it is none."""
    with suppress(ValueError):
        rules = json.loads(option)
        if isinstance(rules, dict) and all(rule in _NUMBERS for rule in rules.values()):
            return {normalise_label(column): rule for column, rule in rules.items()}
    return None


def _taken(cell: str | None, rule: str) -> str | None:
    """Return a number as a text where its column takes it, any other cell as it is."""
    is_number = isinstance(cell, FaultyCell) and cell.fault == Fault.NUMBER_CELL
    return str(cell) if is_number and _NUMBERS[rule].fullmatch(str(cell)) else cell


_OTHERS = "*"
_NUMBERS = {"text": re.compile("(?!)"), "whole": re.compile("-?[0-9]+"), "decimal": re.compile(".+")}
