"""The shape of the register: how a table of the warehouse is described, once.

From these descriptions come DDL with keys and comments, pandera schemas, Dagster's column schema
and the data dictionary. The descriptions themselves stand in ``schemas.staging``, ``schemas.core``
and so on; running anything against a database belongs in ``warehouse``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ColumnType = Literal["text", "integer", "number", "date", "instant", "boolean"]
PrivacyClass = Literal[
    "safe",  # names nobody, alone or joined
    "direct_identifier",  # names a person; only in delivered files
    "special_category",  # health and the like; never ingested
    "pseudonym",  # a keyed code of a person or record
    "quasi_identifier",  # may single out a person together with others
    "sensitive_answer",  # what a person said about themselves
    "free_text",  # redacted text
]


@dataclass(frozen=True)
class Column:
    """One column: its meaning is written here and nowhere else.

    Args:
        name: Unit last; ``_at`` a UTC instant, ``_on`` a date, ``_key`` a pseudonym or reference,
            ``_n`` a count, ``is_`` a boolean.
        type: Logical type; ``instant`` is a UTC timestamp without zone.
        meaning: What a value says, in a sentence.
        privacy: Class of the field register (privacy page, P5).
        nullable: Whether a value may be missing, and then ``meaning`` says what that means.
        unit: Unit of a number, such as ``minutes``.
        allowed: The only values, where they are a closed list.
        minimum: Least value of a number.
        maximum: Greatest value of a number.
        references: ``schema.table.column`` that every value must exist in.
    """

    name: str
    type: ColumnType
    meaning: str
    privacy: PrivacyClass = "safe"
    nullable: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    references: str = ""


@dataclass(frozen=True)
class Table:
    """One table: what a row is, which columns it has and what identifies it.

    ``checks`` are named SQL conditions over one row that the database enforces. Keys are enforced by
    the database too, unless ``is_key_enforced`` is off: for the tables with a row per answer, where
    DuckDB's key index makes loading about seven times slower and the statement that fills them
    makes their rows unique.
    """

    schema: Literal["ops", "staging", "core", "kpi", "reporting"]
    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    checks: dict[str, str] = field(default_factory=dict)
    is_key_enforced: bool = True

    @property
    def full_name(self) -> str:
        """``schema.name``, as SQL names it."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]
