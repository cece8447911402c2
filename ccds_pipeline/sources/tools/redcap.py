"""REDCap: the records of a project, one row per record, event or repeat (CSV), and its data dictionary.

Only this layout belongs here. Raw exports name columns by variables (``field___code`` for a choice of a
checkbox), label exports by their labels. A data dictionary in the same delivery gives raw columns their
labels as another wording; with the source's option ``answers: labels`` it translates the cells' codes too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.body import Shape, deliver_rows
from ccds_pipeline.sources.companion import LABELS, LABELS_OPTION, as_companion, find_companion, with_labels
from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile, name_columns
from ccds_pipeline.sources.header import checked_names, read_header
from ccds_pipeline.sources.labels import normalise_label
from ccds_pipeline.sources.rows import open_rows

_REMEDY = (
    "In REDCap, open Data Exports and export all data as CSV, raw or with labels, with the columns that say "
    "whether a form is complete; the data dictionary comes from the Designer."
)
_CHECKED = "___"  # between a checkbox and the code of its choice
_DICTIONARY = {  # what the columns are called in the download and in the interface
    "variable / field name": "name",
    "field_name": "name",
    "field type": "type",
    "field_type": "type",
    "field label": "label",
    "field_label": "label",
    "choices, calculations, or slider labels": "choices",
    "select_choices_or_calculations": "choices",
}
_FIXED_CHOICES = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_WITH_CHOICES = frozenset({"radio", "dropdown", "checkbox"})


@dataclass(frozen=True)
class _Field:
    """A variable of the dictionary; ``choices`` are labels by code, empty where it has none."""

    label: str
    choices: Mapping[str, str]
    is_checkbox: bool


@contextmanager
def read_redcap(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the records of a REDCap export; of a data dictionary, no record."""
    with open_rows(file) as records:
        header = read_header(records.rows, records.tally, remedy=_REMEDY)
        if _is_dictionary(header):
            yield as_companion(records)
            return
        names = checked_names(header, limits=file.limits, remedy=_REMEDY, delimiter=records.delimiter)
        _check_forms(names)
        companion = find_companion(file, _is_dictionary)
        fields = {} if companion is None else _read_dictionary(companion)
        shape = Shape((header,), len(names), delimiter=records.delimiter, may_end_open=True)
        rows = deliver_rows(records.rows, records.tally, shape)
        if file.options.get(LABELS_OPTION) == LABELS:
            rows = with_labels(rows, names, _choices(fields))
        yield DeliveredTable(name_columns(names, _texts(names, fields)), rows, records.tally)


def _is_dictionary(header: Sequence[str]) -> bool:
    return {"name", "type", "label", "choices"} <= {_DICTIONARY.get(normalise_label(cell)) for cell in header}


def _check_forms(names: Sequence[str]) -> None:
    labels = [normalise_label(name) for name in names]
    if not any(label.endswith("_complete") or label == "complete?" for label in labels):
        raise FileRefusedError(
            "missing_columns",
            "The file has no column that says whether a form is complete",
            remedy=_REMEDY,
        )


def _read_dictionary(file: SourceFile) -> dict[str, _Field]:
    with open_rows(file) as records:
        header = read_header(records.rows, records.tally, remedy=_REMEDY)
        places = {_DICTIONARY.get(normalise_label(cell)): position for position, cell in enumerate(header)}
        fields = {}
        for row in records.rows:
            if any(row.cells) and len(row.cells) == len(header):
                told = {part: row.cells[position] or "" for part, position in places.items() if part}
                fields[told["name"]] = _field(told)
    return fields


def _field(told: Mapping[str, str]) -> _Field:
    kind = told["type"]
    choices = _choices_of(told["choices"]) if kind in _WITH_CHOICES else _FIXED_CHOICES.get(kind, {})
    return _Field(told["label"], choices, is_checkbox=kind == "checkbox")


def _choices_of(text: str) -> dict[str, str]:
    """Split "0, Female | 1, Male, other" into labels by code; a label may hold commas."""
    pairs = (choice.partition(",") for choice in text.split("|"))
    return {code.strip(): label.strip() for code, _, label in pairs if code.strip()}


def _choices(fields: Mapping[str, _Field]) -> dict[str, Mapping[str, str]]:
    return {name: field.choices for name, field in fields.items() if not field.is_checkbox}


def _texts(names: Sequence[str], fields: Mapping[str, _Field]) -> list[str]:
    texts = {name: field.label for name, field in fields.items()}
    for name, field in fields.items():
        for code, choice in field.choices.items() if field.is_checkbox else ():
            column = f"{name}{_CHECKED}{code.lower().replace('-', '_')}"  # as REDCap writes a code below zero
            texts[column] = f"{field.label} [{choice}]"
    return [texts.get(name, "") for name in names]
