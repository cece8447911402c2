"""The field register and the data dictionary: what every column is for, how long it is kept, and whence.

PRIVACY.md P5 and P6. Meaning and privacy class of a column stand in the files of the register; purpose and
retention follow from class and zone, here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from ccds_pipeline.schemas.files import DeliveredField, PrivacyClass, read_delivered
from ccds_pipeline.schemas.register import Column, Table, all_tables

RetentionClass = Literal["records", "comments", "ledger", "evidence", "results"]
RETENTION: dict[RetentionClass, str] = {
    "records": "days of retention.records after the delivery",
    "comments": "days of retention.comments after the delivery",
    "ledger": "days of retention.ledger after the delivery",
    "evidence": "as long as the warehouse",
    "results": "until the next run or release",
}
"""How long each class is kept; the days are in the programme file."""

_PURPOSES: dict[PrivacyClass, str] = {
    "pseudonym": "join what belongs to one person or record, and count people",
    "quasi_identifier": "break KPIs down",
    "sensitive_answer": "compute KPIs",
    "free_text": "count themes, and quote with two approvals",
}
_ZONE_PURPOSES = {
    "staging": "link, and judge which responses count",
    "ops": "account for deliveries, releases and rights",
    "core": "link, and judge which responses count",
    "kpi": "compute KPIs",
    "reporting": "publish",
}
_COLUMN_HEADER = ("Column", "Type", "Class", "Meaning", "Purpose", "Kept", "Generalised from")


@dataclass(frozen=True)
class FieldEntry:
    """One column of one zone in the register; ``generalisation`` is empty where none is needed."""

    zone: str
    table: str
    column: str
    type: str
    meaning: str
    privacy: PrivacyClass
    purpose: str
    retention: RetentionClass
    generalisation: str


def field_entries(tables: Iterable[Table]) -> list[FieldEntry]:
    """Return the register's entry of every column of the tables."""
    return [_entry(table, column) for table in tables for column in table.columns]


def data_dictionary() -> str:
    """Return the dictionary as Markdown: delivered fields, retention classes, then table by table."""
    delivered = read_delivered()
    parts = ["# Data dictionary", "", "## Delivered fields", ""]
    parts += _table(("Field", "Class", "What becomes of it", "Column"), _delivered(delivered.canonical))
    parts += ["", *_table(("Also delivered", "Class", "What becomes of it", "Column"),
                          _delivered(delivered.other))]  # fmt: skip
    parts += ["", "## Retention", "", *_table(("Class", "Kept"), sorted(RETENTION.items()))]
    for name, entries in groupby(
        field_entries(all_tables()), key=lambda entry: f"{entry.zone}.{entry.table}"
    ):
        rows = [
            (
                entry.column,
                entry.type,
                entry.privacy,
                entry.meaning,
                entry.purpose,
                entry.retention,
                entry.generalisation,
            )
            for entry in entries
        ]
        parts += ["", f"## {name}", "", *_table(_COLUMN_HEADER, rows)]
    return "\n".join(parts)


def _entry(table: Table, column: Column) -> FieldEntry:
    return FieldEntry(
        zone=table.schema,
        table=table.name,
        column=column.name,
        type=column.type,
        meaning=column.meaning,
        privacy=column.privacy,
        purpose=_PURPOSES.get(column.privacy, _ZONE_PURPOSES[table.schema]),
        retention=_retention(table, column),
        generalisation=column.generalised,
    )


def _retention(table: Table, column: Column) -> RetentionClass:
    if column.privacy == "free_text":
        return "comments"
    if "evidence" in table.groups:
        return "evidence"
    if table.schema == "ops":
        return "ledger"
    names_records = any(column.privacy == "pseudonym" for column in table.columns)
    is_of_records = table.schema == "staging" or (names_records and "definition" not in table.groups)
    return "records" if is_of_records else "results"


def _delivered(fields: Mapping[str, DeliveredField]) -> list[tuple[str, ...]]:
    return [(name, field.privacy, field.fate, ", ".join(field.columns)) for name, field in fields.items()]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
