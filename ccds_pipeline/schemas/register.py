"""The register: every table of every zone, described once, as data in ``fields.yaml`` and ``tables/``.

From it come DDL with keys and comments, Arrow types, Dagster's column schema and the data dictionary.
Running anything against a database belongs in ``warehouse``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline.schemas.files import (
    ColumnType,
    FieldSpec,
    Group,
    Override,
    PrivacyClass,
    Schema,
    TableSpec,
    read_fields,
    read_tables,
)

_MADE_ANEW: frozenset[Group] = frozenset(
    {"definition", "sql", "computed", "theme", "candidate", "with_kpis", "derived"}
)
_IRREPLACEABLE: frozenset[Group] = frozenset({"evidence", "release_ledger"})
_RELEASED: frozenset[Group] = frozenset({"released", "derived"})


@dataclass(frozen=True)
class Column:
    """One column; what its parts mean stands with ``FieldSpec``.

    Names have their unit last; ``_at`` is a UTC instant, ``_on`` a date, ``_key`` a pseudonym or
    reference, ``_n`` a count, ``is_`` a boolean.
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
    generalised: str = ""

    @property
    def description(self) -> str:
        """The meaning with the unit, as databases and Dagster show it."""
        return self.meaning + (f" Unit: {self.unit}." if self.unit else "")


@dataclass(frozen=True)
class Table:
    """One table; what its parts mean stands with ``TableSpec``."""

    schema: Schema
    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    is_key_enforced: bool = True
    groups: frozenset[Group] = frozenset()

    @property
    def full_name(self) -> str:
        """``schema.name``, as SQL names it."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]


def table_of(full_name: str) -> Table:
    """Return a table by its full name, such as ``kpi.response_count``.

    Raises:
        LookupError: If there is none of that name.
    """
    known = _register()
    if full_name not in known:
        raise LookupError(f"there is no table {full_name} in the register")
    return known[full_name]


def tables_of(schema: Schema, *groups: Group) -> tuple[Table, ...]:
    """Return the tables of a schema in the order in which they are made; of these groups only, if any."""
    return tuple(
        table
        for table in _register().values()
        if table.schema == schema and (not groups or table.groups.intersection(groups))
    )


def all_tables() -> tuple[Table, ...]:
    """Return every table of every zone."""
    return tuple(_register().values())


def restricted_tables() -> tuple[Table, ...]:
    """Return every table of the restricted warehouse; what is not declared is in no warehouse.

    So the rights of data subjects reach every table.
    """
    return tuple(table for table in all_tables() if table.schema != "reporting")


def kept_tables() -> tuple[Table, ...]:
    """Return the restricted tables whose rows are not made anew by each run."""
    return tuple(table for table in restricted_tables() if not table.groups & _MADE_ANEW)


def irreplaceable_tables() -> tuple[Table, ...]:
    """Return the kept tables whose rows no delivery brings again: evidence, and the ledger of releases."""
    return tuple(table for table in kept_tables() if table.groups & _IRREPLACEABLE)


def pseudonym_columns(table: Table) -> list[str]:
    """Return the columns that hold keyed codes of persons or records; the suppression list's do not count."""
    is_list = table.full_name == "ops.suppressed_person"
    return [] if is_list else [column.name for column in table.columns if _is_pseudonym(column)]


def _is_pseudonym(column: Column) -> bool:
    return column.privacy == "pseudonym" and column.type == "text"


@cache
def _register() -> dict[str, Table]:
    fields = read_fields()
    tables = {
        f"{schema}.{name}": _table(schema, name, spec, fields)
        for schema in get_args(Schema)
        for name, spec in read_tables(schema).items()
    }
    for table in tables.values():
        _refuse_dangling(table, tables)
    return tables


def _refuse_dangling(table: Table, tables: Mapping[str, Table]) -> None:
    for name, columns in table.references.items():
        target = tables.get(name)
        if target is None or len(target.key) != len(columns) or not set(columns) <= set(table.column_names):
            raise ValueError(f"{table.full_name} refers to {name} by columns that are not its key")


def _table(schema: Schema, name: str, spec: TableSpec, fields: Mapping[str, FieldSpec]) -> Table:
    columns = tuple(_columns(f"{schema}.{name}", spec, fields))
    names = [column.name for column in columns]
    if len(set(names)) < len(names) or not set(spec.key) <= set(names):
        raise ValueError(f"{schema}.{name} names a column twice, or has a key that is not a column")
    return Table(
        schema, name, spec.grain, columns, tuple(spec.key),
        {target: tuple(names) for target, names in spec.references.items()}, spec.checks,
        spec.is_key_enforced, frozenset(spec.groups),
    )  # fmt: skip


def _columns(place: str, spec: TableSpec, fields: Mapping[str, FieldSpec]) -> Iterator[Column]:
    for name, override in spec.named:
        if name not in fields:
            raise ValueError(f"{place}.{name} is not a field of fields.yaml")
        yield _column(
            f"{place}.{name}", fields[name], override, is_released=bool(_RELEASED & set(spec.groups))
        )


def _column(place: str, spec: FieldSpec, override: Override, *, is_released: bool) -> Column:
    for key, value in override.changes.items():
        if value == getattr(spec, key):
            raise ValueError(f"{place} says of {key} what its field says already")
    parts = spec.model_dump() | override.changes
    released, missing = parts.pop("released"), parts.pop("missing")
    if is_released and released and override.meaning is None:
        parts["meaning"] = released
    elif parts["nullable"] and missing:
        parts["meaning"] = f"{parts['meaning'][:-1]}; missing {missing}."
    if parts["privacy"] != "quasi_identifier":
        parts["generalised"] = ""
    elif not parts["generalised"]:
        raise ValueError(f"{place} does not say how the quasi-identifier was generalised")
    return Column(place.rpartition(".")[2], **parts | {"allowed": tuple(parts["allowed"])})


@dataclass(frozen=True)
class Representation:
    """One logical type.

    Args:
        sql: Type of a column in a database.
        arrow: Type of an Arrow column.
        frame: Type of a frame's column, also of one that has no values.
    """

    sql: type[sa.types.TypeEngine[Any]]
    arrow: pa.DataType
    frame: str


TYPES: dict[ColumnType, Representation] = {
    "text": Representation(sa.String, pa.string(), "object"),
    "integer": Representation(sa.BigInteger, pa.int64(), "Int64"),
    "number": Representation(sa.Double, pa.float64(), "float64"),
    "date": Representation(sa.Date, pa.date32(), "datetime64[us]"),
    "instant": Representation(sa.DateTime, pa.timestamp("us"), "datetime64[us]"),
    "boolean": Representation(sa.Boolean, pa.bool_(), "boolean"),
}
