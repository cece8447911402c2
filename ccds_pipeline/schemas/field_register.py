"""The field register: what every column is for, how long it is kept, and how it was generalised.

Privacy page, P5 and P6. Meaning and privacy class of a column stand with it, in its table; purpose and
retention follow from class and zone, here. Delivered fields, which never reach a table, are listed below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ccds_pipeline.schemas.files import PrivacyClass
from ccds_pipeline.schemas.register import Column, Table, all_tables

RetentionClass = Literal["records", "comments", "ledger", "evidence", "results"]
RETENTION: dict[RetentionClass, str] = {
    "records": "days of retention.records after the delivery",
    "comments": "days of retention.comments after the delivery",
    "ledger": "days of retention.ledger after the delivery",
    "evidence": "as long as the warehouse",
    "results": "until the next run or release",
}
"""How long each class is kept; the days stand in the programme file."""

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


def field_entries(tables: Iterable[Table] | None = None) -> list[FieldEntry]:
    """Return the register's entry of every column; of every table unless some are named."""
    return [_entry(table, column) for table in tables or all_tables() for column in table.columns]


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
    names_records = any(one.privacy == "pseudonym" for one in table.columns)
    is_of_records = table.schema == "staging" or (names_records and "definition" not in table.groups)
    return "records" if is_of_records else "results"


@dataclass(frozen=True)
class SourceField:
    """What becomes of one delivered field: the columns of ``staging`` that it ends in, and how."""

    privacy: PrivacyClass
    fate: Literal["pseudonymised", "generalised", "redacted", "kept", "used and dropped", "dropped"]
    columns: tuple[str, ...] = ()


SOURCE_FIELDS: dict[str, SourceField] = {
    "email": SourceField("direct_identifier", "pseudonymised", ("person_key",)),
    "reference": SourceField("direct_identifier", "pseudonymised", ("reference_key",)),
    "link_code": SourceField("direct_identifier", "pseudonymised", ("link_code_key",)),
    "organisation": SourceField(
        "quasi_identifier", "generalised", ("organisation_code", "region_code", "icb_code", "care_setting")
    ),
    "job_title": SourceField("quasi_identifier", "generalised", ("staff_group",)),
    "role": SourceField("quasi_identifier", "generalised", ("is_facilitator",)),
    "follow_up_consent": SourceField("safe", "generalised", ("is_withdrawn",)),
    **{
        name: SourceField("safe", "kept", (name,))
        for name in (
            "session_code", "session_starts_at", "session_ends_at", "delivery_mode", "booked_at", "status",
            "joined_at", "left_at", "started_at", "submitted_at",
        )
    },
}  # fmt: skip
"""The canonical fields of the programme file."""

OTHER_DELIVERED: dict[str, SourceField] = {
    "columns of a source's key": SourceField("direct_identifier", "pseudonymised", ("record_key",)),
    "answers to questions with options": SourceField("sensitive_answer", "kept", ("option_code", "score")),
    "answers to text questions": SourceField("free_text", "redacted", ("redacted_text",)),
    "columns of an exclusion": SourceField("quasi_identifier", "used and dropped"),
    "names of persons": SourceField("direct_identifier", "pseudonymised", ("name_key",)),
    "accessibility and dietary needs": SourceField("special_category", "dropped"),
    "any other column": SourceField("direct_identifier", "dropped"),
}
"""What else an export may hold; a column that the mapping does not know is dropped before staging."""
