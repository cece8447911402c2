"""What to do about each rule by which a row is rejected, a file is refused, or a column is told.

The rules themselves are raised where they are checked; a refusal's own message says more than the sentence
here, which knows nothing of the tool.
"""

from __future__ import annotations

_AGAIN = "Export the file again from the tool and deliver it under its date."
_REPLAY = "then `ccds run --replay`"

REMEDIES: dict[str, str] = {
    # a row, as it is read
    "row_too_long": "Look for a stray separator or quote in that line; correct it at the source.",
    "row_too_short": "Look for a line break or a missing separator in that line; correct it at the source.",
    "row_blank": "Remove the empty record between the others at the source.",
    "row_unfinished": "The export may have been cut in its last line: export it again.",
    "header_repeated": "Two exports were pasted together: deliver them as two files.",
    "double_encoded": "The text was saved in a wrong encoding: export it again from the tool itself.",
    "field_holds_records": "A stray quote swallowed whole records: correct it at the source.",
    "error_cell": "A cell shows an error such as #REF!: correct it in the workbook.",
    "formula_without_value": "Open the workbook, let it calculate and save it; or deliver values.",
    "number_cell": "Format the column as text at the source, so that identifiers and dates keep their form.",
    "number_too_long": "Format the column as text at the source: a workbook number keeps 15 digits.",
    "unknown_action": "Deliver the tool's own attendance report; its actions are Joined and Left.",
    # a row, as it is understood
    "answer_outside_scale": (
        f"If the wording is right, add it to the scale as an alias or to the source's marks, {_REPLAY}."
    ),
    "value_not_known": f"Add the delivered wording to the field's values in the programme file, {_REPLAY}.",
    "pattern_not_found": f"Correct the text at the source, or the field's extract, {_REPLAY}.",
    "not_a_timestamp": f"Add the form of that date to the source's timestamp_formats, {_REPLAY}.",
    "time_does_not_exist": (
        "The clocks skip that local time: check the source's timezone, or correct the time."
    ),
    "time_is_ambiguous": "The clocks repeat that local time: export times with their offset, or correct it.",
    "not_a_page": "The column of marks.last_page holds something else: name the right one.",
    "key_missing": "The record has no identifier: correct it at the source, or the source's key.",
    "value_missing": "A field that every record needs is blank: fill it at the source.",
    "conflicting_rows": (
        "Rows of one key differ within the delivery: remove the wrong one, or name a key that tells them."
    ),
    "time_is_plausible": "The date is before 2000 or after 2100: correct it, or the order of day and month.",
    "session_code_is_a_code": "The session's code has a form that no code has: correct it, or the extract.",
    "email_is_short_enough": "The address is longer than any: the column may be another one.",
    "status_is_known": f"Translate the booking's state by the field's values, {_REPLAY}.",
    "consent_is_known": f"Translate the answer to given or withdrawn by the field's values, {_REPLAY}.",
    "session_ends_after_it_starts": "The session ends before it starts: correct its times at the source.",
    "left_after_joined": "Somebody left before joining: check both columns, and the order of day and month.",
    "submitted_after_started": "A response ends before it starts: check both columns and their formats.",
    # a file, as it is copied
    "not_a_file": "Deliver the file itself, not a link, a folder or a pipe.",
    "file_too_large": "Export fewer records per file.",
    "file_unstable": "The file changed while it was read: load it again when its upload is complete.",
    "file_unreadable": "Check that the file is there and that this account may read it.",
    # a file, as it is read
    "file_empty": "Export it again; an empty export still has its header.",
    "not_text": "Deliver the tool's own export, unpacked and without a password.",
    "not_a_workbook": "Deliver the workbook (xlsx) as the tool wrote it.",
    "html_page": "Sign in to the tool and export again: the file is a web page.",
    "json_document": "Export the table instead of the interface's document.",
    "wrong_encoding": "Export as UTF-8, or set the source's option encoding.",
    "wrong_delimiter": "Set the source's option delimiter, or export with the tool's own.",
    "nul_character": "The file is damaged, or UTF-16 that must be declared by the option encoding.",
    "line_too_long": "Check that the file is the tool's own table.",
    "field_too_long": "Look for a stray quote in that line, and export again.",
    "quote_not_closed": "Look for a stray quote in that line, or for a cut upload, and export again.",
    "quote_misplaced": "Export again from the tool: quotes inside a field must be doubled.",
    "truncated": "The export or its upload broke off: deliver the file again.",
    "too_many_columns": "Check that the file is the tool's own table.",
    "header_missing": _AGAIN,
    "header_blank": "Check that the first line is the header, and that every column has a name.",
    "header_single_column": "Check that the first line is the header, and the option delimiter.",
    "header_row_missing": "Export with all of the tool's header rows, or correct the option header_rows.",
    "column_repeated": "Give every column a name of its own at the source.",
    "missing_columns": "Check the source's format: `ccds inspect` says which one the file has.",
    "wrong_layout": "Check the source's format: `ccds inspect` says which one the file has.",
    "sheet_missing": "Correct the source's option sheet.",
    "several_sheets": "Name the sheet by the source's option sheet.",
    "workbook_damaged": _AGAIN,
    "workbook_too_large": "Export fewer records per file, and delete what lies far outside of the table.",
    "document_type": "The workbook holds declarations that no tool writes: ask where it comes from.",
    "document_damaged": _AGAIN,
    "document_too_large": "Export fewer orders per file, or as CSV.",
    "archive_damaged": _AGAIN,
    "archive_empty": _AGAIN,
    "archive_encrypted": "Deliver the archive without a password.",
    "archive_nested": "Deliver the inner archive, or its files.",
    "archive_not_unpacked": "Free space in the data folder, and load it again.",
    "archive_too_large": "Deliver the tool's own export, or split it.",
    "companion_ambiguous": "Deliver each export with its own key, on a date of its own.",
    "companion_missing": "Deliver the tool's key of answers beside the responses.",
    "companion_mismatch": "Deliver the key that was exported together with the responses.",
    "lines_unaccounted": "Report this, with the tool that wrote the file.",
    "reader_crashed": "Download the file again; if it is refused again, ask where it comes from.",
    "reader_failed": "Report this, with the tool that wrote the file.",
    "reader_limit": "Export fewer records per file.",
    # a file's columns
    "column_missing": "Export with that column, or name its present wording: `ccds inspect FILE --source S`.",
    "optional_column_missing": "If it was renamed, name its present wording: `ccds inspect FILE --source S`.",
    "new_column": "Map the column, or list it under ignore: `ccds inspect FILE --source S` shows it.",
}
_UNKNOWN = "This version does not know the rule: load the delivery again."


def remedy_of(rule: str) -> str:
    """Return what to do about a rule; one that only an older version had is told as such."""
    return REMEDIES.get(rule, _UNKNOWN)
