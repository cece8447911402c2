"""What the files of the register may say, and reading them: ``fields``, ``tables/<schema>``, ``delivered``.

Fields and overrides become the columns of tables in ``register``.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Schema = Literal["staging", "ops", "core", "kpi", "reporting"]
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
Group = Literal[
    "definition",  # made anew from the programme file
    "sql",  # made anew by the SELECT sql/<schema>/<table>.sql
    "computed",  # made anew from aggregates
    "derived",  # made anew from released tables by the SELECT sql/reporting/<table>.sql
    "aggregate",  # what KPIs are computed from
    "theme",  # made anew from comments
    "candidate",  # made anew with each release candidate
    "with_kpis",  # gone where core and KPIs are emptied
    "release_ledger",  # what earlier releases showed, of whom, and who approved it
    "released",  # holds values as they are released: withheld, rounded; derived ones do too
    "response_part",  # rows of one response
    "evidence",  # kept as long as the warehouse
]
Sentence = Annotated[str, Field(pattern=r"^[A-Z0-9].*\.$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FieldSpec(_Part):
    """One field: what a value says, wherever the field stands.

    Args:
        type: Logical type; ``instant`` is a UTC timestamp without zone.
        meaning: What a value says, in a sentence.
        missing: Ends the sentence where a value may be missing: "where none was given".
        released: The whole meaning in a table of the group ``released``.
        nullable: Whether a value may be missing.
        privacy: Class of the field register (PRIVACY.md P5).
        generalised: What was done to a quasi-identifier.
        unit: Unit of a number, such as ``minutes``.
        allowed: The only values, where they are a closed list.
        minimum: Least value of a number.
        maximum: Greatest value of a number.
    """

    type: ColumnType
    meaning: Sentence
    missing: str = ""
    released: Sentence | None = None
    nullable: bool = False
    privacy: PrivacyClass = "safe"
    generalised: str = ""
    unit: str = ""
    allowed: list[str] = []
    minimum: float | None = None
    maximum: float | None = None


class Override(_Part):
    """What is different about a field in one table; another privacy class says ``why``."""

    meaning: Sentence | None = None
    missing: str | None = None
    nullable: bool | None = None
    privacy: PrivacyClass | None = None
    why: Sentence | None = None
    allowed: list[str] | None = None
    minimum: float | None = None

    @model_validator(mode="after")
    def _explains_its_privacy_class(self) -> Self:
        if (self.privacy is None) != (self.why is None):
            raise ValueError(
                "a privacy class that is overridden needs its reason (why), and nothing else does"
            )
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """The keys that are given, by name."""
        return self.model_dump(exclude_unset=True, exclude={"why"})


class TableSpec(_Part):
    """One table: what a row is, what identifies it, and its columns in order, by the names of their fields.

    Args:
        grain: What a row is, in a sentence.
        groups: What the table belongs to; one that is in no group that is made anew is kept.
        key: Columns that identify a row.
        references: Tables that must have a row of the same key: their full names, each with the columns
            here that hold that key.
        is_key_enforced: Off for tables with a row per answer, where the database's key index makes
            loading about seven times slower and the statement that fills them makes their rows unique.
        checks: Named SQL conditions over one row that the database enforces.
        columns: Each a field's name, or a field's name with what is different here.
    """

    grain: Sentence
    groups: list[Group] = []
    key: list[str] = []
    references: dict[str, list[str]] = {}
    is_key_enforced: bool = True
    checks: dict[str, str] = {}
    columns: list[str | Annotated[dict[str, Override], Field(min_length=1, max_length=1)]]

    @property
    def named(self) -> list[tuple[str, Override]]:
        """Each column's field with what is different about it."""
        plain = [{column: Override()} if isinstance(column, str) else column for column in self.columns]
        return [item for column in plain for item in column.items()]


class DeliveredField(_Part):
    """What becomes of one delivered field: the columns of ``staging`` that it ends in, and how."""

    privacy: PrivacyClass
    fate: Literal["pseudonymised", "generalised", "redacted", "kept", "used and dropped", "dropped"]
    columns: list[str] = []


class Delivered(_Part):
    """What becomes of delivered fields: ``canonical`` are those of the programme file."""

    canonical: dict[str, DeliveredField]
    other: dict[str, DeliveredField]


_FIELDS = TypeAdapter(dict[str, FieldSpec])
_TABLES = TypeAdapter(dict[str, TableSpec])


class _Loader(yaml.CSafeLoader):
    """The safe loader, but a name that is given twice is an error; YAML would keep the last one silently."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Any, Any]:  # PyYAML's signature
        names = [key.value for key, _ in node.value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"{', '.join(twice)} is given twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


def read_fields() -> dict[str, FieldSpec]:
    """Read every field, by name."""
    return _FIELDS.validate_python(_content("fields.yaml"))


def read_tables(schema: Schema) -> dict[str, TableSpec]:
    """Read the tables of one schema, by name, in the order in which they are made."""
    return _TABLES.validate_python(_content(f"tables/{schema}.yaml"))


def read_delivered() -> Delivered:
    """Read what becomes of delivered fields, which never reach a table as they are."""
    return Delivered.model_validate(_content("delivered.yaml"))


def _content(name: str) -> Any:  # noqa: ANN401  # what a file holds is known after its validation
    return yaml.load(folder().joinpath(name).read_text(encoding="utf-8"), _Loader)  # noqa: S506  # a safe loader


def folder() -> Path:
    """Return the folder of the files."""
    return Path(str(resources.files("ccds_pipeline.schemas")))


def file_schemas() -> dict[str, str]:
    """Return the JSON Schema of each kind of file, by its name, by which editors complete and check them."""
    tables = _TABLES.json_schema()
    column, override = tables["$defs"]["TableSpec"]["properties"]["columns"]["items"]["anyOf"]
    names = {"enum": sorted(read_fields())}
    column |= names
    override["propertyNames"] = names
    return {
        name: json.dumps(content, indent=2) + "\n"
        for name, content in (
            ("fields.schema.json", _FIELDS.json_schema()),
            ("tables.schema.json", tables),
            ("delivered.schema.json", Delivered.model_json_schema()),
        )
    }


def write_file_schemas() -> None:
    """Write the JSON Schemas beside the files; for ``make schema``."""
    for name, text in file_schemas().items():
        folder().joinpath(name).write_text(text, encoding="utf-8")
