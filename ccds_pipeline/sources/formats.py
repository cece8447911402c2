"""The export layouts that a source can declare, each with its reader and its options; opening a file as one.

A new tool is a new module and a line below. Choosing the reader, and saying what a refused file looks like,
belong here; reading belongs to the readers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

from ccds_pipeline.errors import ConfigurationError, FileRefusedError
from ccds_pipeline.sources.archive import is_archive, read_archive
from ccds_pipeline.sources.delivered import DeliveredTable, Reader, SourceFile
from ccds_pipeline.sources.facts import ToolFacts
from ccds_pipeline.sources.records import read_headed
from ccds_pipeline.sources.signature import canonical_encoding
from ccds_pipeline.sources.text import DELIMITERS
from ccds_pipeline.sources.tools import (
    eventbrite_attendees,
    jisc,
    limesurvey,
    ms_forms,
    plain,
    pretix,
    qualtrics,
    redcap,
    surveymonkey,
    teams_attendance,
    zoom,
)
from ccds_pipeline.sources.tools.eventbrite_attendees import read_eventbrite_attendees
from ccds_pipeline.sources.tools.jisc import read_jisc
from ccds_pipeline.sources.tools.limesurvey import read_limesurvey
from ccds_pipeline.sources.tools.ms_forms import read_ms_forms
from ccds_pipeline.sources.tools.plain import number_rules, read_table, read_typeform
from ccds_pipeline.sources.tools.pretix import read_pretix_orders, read_pretix_positions
from ccds_pipeline.sources.tools.qualtrics import read_qualtrics
from ccds_pipeline.sources.tools.redcap import read_redcap
from ccds_pipeline.sources.tools.spss import read_spss
from ccds_pipeline.sources.tools.surveymonkey import read_surveymonkey
from ccds_pipeline.sources.tools.teams_attendance import read_teams_attendance
from ccds_pipeline.sources.tools.zoom import read_zoom_attendance, read_zoom_registrations

READERS: dict[str, Reader] = {
    "eventbrite_attendees": read_eventbrite_attendees,
    "google_forms": partial(read_headed, layout=plain.GOOGLE_FORMS),
    "indico": partial(read_headed, layout=plain.INDICO),
    "jisc": read_jisc,
    "limesurvey": read_limesurvey,
    "moodle_gradebook": partial(read_headed, layout=plain.MOODLE_GRADEBOOK),
    "moodle_grading": partial(read_headed, layout=plain.MOODLE_GRADING),
    "moodle_participants": partial(read_headed, layout=plain.MOODLE_PARTICIPANTS),
    "ms_forms": read_ms_forms,
    "pretix_check_ins": partial(read_headed, layout=pretix.CHECK_INS),
    "pretix_orders": read_pretix_orders,
    "pretix_positions": read_pretix_positions,
    "qualtrics": read_qualtrics,
    "redcap": read_redcap,
    "spss": read_spss,
    "surveymonkey": read_surveymonkey,
    "table": read_table,
    "teams_attendance": read_teams_attendance,
    "typeform": read_typeform,
    "zoom_attendance": read_zoom_attendance,
    "zoom_registrations": read_zoom_registrations,
}
_FACTS = {
    "eventbrite_attendees": eventbrite_attendees.FACTS,
    "google_forms": plain.GOOGLE_FORMS_FACTS,
    "indico": plain.INDICO_FACTS,
    "jisc": jisc.FACTS,
    "limesurvey": limesurvey.FACTS,
    "moodle_participants": plain.MOODLE_PARTICIPANTS_FACTS,
    "ms_forms": ms_forms.FACTS,
    "pretix_check_ins": pretix.CHECK_INS_FACTS,
    "pretix_orders": pretix.ORDERS_FACTS,
    "pretix_positions": pretix.POSITIONS_FACTS,
    "qualtrics": qualtrics.FACTS,
    "redcap": redcap.FACTS,
    "surveymonkey": surveymonkey.FACTS,
    "teams_attendance": teams_attendance.FACTS,
    "typeform": plain.TYPEFORM_FACTS,
    "zoom_attendance": zoom.ATTENDANCE_FACTS,
    "zoom_registrations": zoom.REGISTRATIONS_FACTS,
}
_TEXT_OPTIONS = frozenset({"encoding", "delimiter"})
_ROW_OPTIONS = _TEXT_OPTIONS | {"sheet"}  # of layouts that are read as text or as a workbook
_OPTIONS = {
    "jisc": _ROW_OPTIONS | {"answers"},
    "redcap": _ROW_OPTIONS | {"answers"},
    "spss": frozenset({"answers"}),
    "table": _ROW_OPTIONS | {"columns", "header_rows", "numbers"},
    "teams_attendance": _TEXT_OPTIONS | {"open_until"},
    "typeform": _ROW_OPTIONS | {"metadata_columns"},
}
# Rules that a file of another tool breaks; damage is not among them.
_LAYOUT_RULES = frozenset(
    {
        "missing_columns",
        "wrong_language",
        "wrong_layout",
        "wrong_delimiter",
        "header_row_missing",
        "header_single_column",
        "json_document",
        "not_spss",
        "not_text",
        "sheet_missing",
        "several_sheets",
        "quote_misplaced",
        "column_repeated",
    }
)
# Rules that a report breaks which begins as its tool wrote it, and is not as the tool wrote it further on.
_REPORT_RULES = frozenset(
    {"several_reports", "unknown_section", "unknown_line", "count_differs", "report_language"}
)


def facts_of(name: str) -> ToolFacts:
    """Return what is known of a layout's records; nothing of a table, nor of a gradebook: it may be any."""
    return _FACTS.get(name, ToolFacts())


def options_of(name: str) -> frozenset[str]:
    """Return the options that a layout takes."""
    return _OPTIONS.get(name, _ROW_OPTIONS)


def check_format(name: str, options: Mapping[str, str]) -> None:
    """Refuse a layout that does not exist, and options that it does not take.

    Raises:
        ConfigurationError: Rule ``unknown_format``, ``unknown_option`` or ``option_value``.
    """
    if name not in READERS:
        raise ConfigurationError(
            f"There is no format {name}",
            remedy=f"Use one of {', '.join(sorted(READERS))}.",
            rule="unknown_format",
        )
    known = options_of(name)
    for option, value in options.items():
        if option not in known:
            raise ConfigurationError(
                f"The format {name} has no option {option}",
                remedy=f"Its options are {', '.join(sorted(known))}.",
                rule="unknown_option",
            )
        _check_value(option, value)


def _check_value(option: str, value: str) -> None:
    allowed = {
        "encoding": canonical_encoding(value) is not None,
        "delimiter": value in DELIMITERS or value in DELIMITERS.values(),
        "answers": value == "labels",
        "metadata_columns": value == "removed",
        "header_rows": value in {"1", "2", "3"},
        "open_until": value == "last_action",
        "numbers": number_rules(value) is not None,
    }
    if not allowed.get(option, bool(value)):
        raise ConfigurationError(
            f"The option {option} has a value that it does not take",
            remedy=(
                "encoding takes utf-8, utf-16, cp1252, latin-1 or mac-roman; delimiter takes "
                f"{', '.join(DELIMITERS)}; answers takes labels; metadata_columns takes removed; "
                "header_rows takes 1, 2 or 3; numbers takes {column: whole}, with text, whole or decimal for "
                'a column, and "*" for those that are not named; '
                "open_until takes last_action; other options take a name."
            ),
            rule="option_value",
        )


@contextmanager
def open_delivered(format_name: str, file: SourceFile) -> Iterator[DeliveredTable]:
    """Open a file as the declared layout; a zip archive is opened as the files in it.

    Raises:
        FileRefusedError: If the file is not in this layout (the problem then names the layout that it
            looks like, if one of ours), or is damaged.
    """
    read = partial(_open_declared, format_name)
    with read_archive(file, read) if is_archive(file.path) else read(file) as table:
        yield table


@contextmanager
def _open_declared(format_name: str, file: SourceFile) -> Iterator[DeliveredTable]:
    with ExitStack() as opened:
        try:
            table = opened.enter_context(READERS[format_name](file))
        except FileRefusedError as refused:
            raise _with_likeness(refused, format_name, file) from None
        yield table


def _with_likeness(refused: FileRefusedError, declared: str, file: SourceFile) -> FileRefusedError:
    alike = _likeness(declared, file) if refused.rule in _LAYOUT_RULES else None
    if alike is None:
        return refused
    return FileRefusedError(
        refused.rule,
        f"{refused.problem}; it looks like the format {alike}",
        remedy=f"{refused.remedy} If the delivery is right, declare the format {alike}.",
        line=refused.line,
    )


def _likeness(declared: str, file: SourceFile) -> str | None:
    alike = layouts_that_take(replace(file, options={}))
    return next((name for name in alike if name != declared), None)


def layouts_that_take(file: SourceFile) -> Iterator[str]:
    """Yield the layouts whose readers take a file by its header, but for ``table``: it takes any table."""
    for name, read in READERS.items():
        opened = partial(read_archive, read=read) if is_archive(file.path) else read
        if name != "table" and _takes(opened, file):
            yield name


def _takes(read: Reader, file: SourceFile) -> bool:
    try:
        with read(file):
            return True
    except FileRefusedError as refused:
        return refused.rule in _REPORT_RULES
