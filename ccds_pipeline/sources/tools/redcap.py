"""REDCap: the records of a project, one row per record, event or repeat (CSV), and its data dictionary.

Only this layout belongs here. Raw exports name columns by variables (``field___code`` for a choice of a
checkbox), label exports by their labels. A data dictionary in the same delivery gives raw columns their
labels as another wording; with the source's option ``answers: labels`` it translates the cells' codes too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.companion import LABELS, LABELS_OPTION, as_companion, find_companion, with_labels
from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile, name_columns
from ccds_pipeline.sources.facts import ToolFacts
from ccds_pipeline.sources.records import open_records

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
# Which time is that of the submission depends on the form: its column is called after it.
FACTS = ToolFacts(
    record="response",
    key=("record_id",),
    key_parts=("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
    fields={"submitted_at": ()},
)


@dataclass(frozen=True)
class _Field:
    """A variable of the dictionary; ``choices`` are labels by code, empty where it has none."""

    label: str
    choices: Mapping[str, str]
    is_checkbox: bool


@contextmanager
def read_redcap(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the records of a REDCap export; of a data dictionary, no record."""
    with open_records(file, _REMEDY) as records:
        header = records.header()
        if _is_dictionary(header):
            yield as_companion(records)
            return
        names = records.names(header)
        labels = [normalise_label(name) for name in names]
        if not any(label.endswith("_complete") or label == "complete?" for label in labels):
            problem = "The file has no column that says whether a form is complete"
            raise records.refusal("missing_columns", problem)
        companion = find_companion(file, _is_dictionary)
        fields = {} if companion is None else _read_dictionary(companion)
        rows = records.deliver(header, kept=len(names))
        if file.options.get(LABELS_OPTION) == LABELS:
            rows = with_labels(rows, names, _choices(fields))
        yield DeliveredTable(name_columns(names, _texts(names, fields)), rows, records.tally)


def _is_dictionary(header: Sequence[str]) -> bool:
    return {"name", "type", "label", "choices"} <= {_DICTIONARY.get(normalise_label(cell)) for cell in header}


def _read_dictionary(file: SourceFile) -> dict[str, _Field]:
    with open_records(file, _REMEDY) as records:
        header = records.header()
        positions = {_DICTIONARY.get(normalise_label(cell)): position for position, cell in enumerate(header)}
        fields = {}
        for row in records.rows:
            if any(row.cells) and len(row.cells) == len(header):
                entry = {part: row.cells[position] or "" for part, position in positions.items() if part}
                fields[entry["name"]] = _field(entry)
    return fields


def _field(entry: Mapping[str, str]) -> _Field:
    kind = entry["type"]
    choices = _choices_of(entry["choices"]) if kind in _WITH_CHOICES else _FIXED_CHOICES.get(kind, {})
    return _Field(entry["label"], choices, is_checkbox=kind == "checkbox")


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
