"""What an expectation suite is, and reading the suites.

A suite says what should hold of one table, as rules with a reason each. Rules about rows are in
``suites/``; limits of counts and shares are above the SELECT that makes these, in ``sql/quality``. Great
Expectations is not needed to read a suite; running it belongs in ``expectations``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, Field, JsonValue, ValidationError, model_validator

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline.schemas.register import Table, table_of, tables_of
from ccds_pipeline.warehouse.select_files import sql_folder

Trait = Literal["bookings", "attendance", "responses", "questions", "kpis", "phases", "required_attendance"]
Severity = Literal["critical", "warning"]

_PARAMETERS = ("kpi_ids", "source_ids", "suppress_up_to")
_COUNT_ENDINGS = ("_n", "_share")
_HAS_ROWS = "has_rows"
_KINDS: dict[str, Trait] = {"booking": "bookings", "attendance": "attendance", "response": "responses"}
_MAY_BE_EMPTY = re.compile(r"^-- may be empty: (?P<why>.+)$", re.MULTILINE)
_RULE = re.compile(
    r"^-- rule: (?P<rule>\S+) \| (?P<severity>\S+) \| (?P<column>\S+) (?P<limit><=|>=) (?P<value>[0-9.]+)"
    r"(?: \| with (?P<traits>.+))?\n--   (?P<why>.+)$",
    re.MULTILINE,
)
# ``name`` is that of a column in a row condition.
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list", "name")
_LIMITS = {"<=": "max_value", ">=": "min_value"}


class Expectation(BaseModel, extra="forbid", frozen=True):
    """One rule of a suite.

    Args:
        rule: Name of the rule, as results and Dagster show it.
        type: Name of the expectation in Great Expectations.
        kwargs: Its arguments; a text ``$name`` stands for a parameter of the programme.
        severity: Whether a breach stops what comes after (critical) or is only reported (warning).
        why: What goes wrong where the rule does not hold, in a sentence.
        only_with: The rule is left out for a programme that has none of these.
    """

    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    type: Annotated[str, Field(pattern=r"^expect_[a-z_]+$")]
    kwargs: dict[str, JsonValue]
    severity: Severity
    why: Annotated[str, Field(pattern=r"^[A-Z].*\.$")]
    only_with: tuple[Trait, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The columns that the rule reads, those of its row condition included."""
        return list(dict.fromkeys(_columns_in(self.kwargs)))


class Suite(BaseModel, extra="forbid", frozen=True):
    """What should hold of one table.

    Args:
        name: Name of the file without its ending: the table, with an aspect after it if it has several.
        table: Full name of a table of the register.
        reads: ``rows`` reads the columns that the rules name; ``counts`` reads the one row of counts
            and shares that ``sql/quality/<name>.sql`` gives, whatever the size of the table.
        expectations: The rules.
        parameters: Values of the programme that statement and rules use.
        may_be_empty: Why the table may have no rows; where it may not, nothing passes on an empty one.
        filled_by: Sources whose records the table has; as long as they bring none, that it is empty is
            reported, and stops nothing.
    """

    name: str
    table: str
    reads: Literal["rows", "counts"]
    expectations: Annotated[tuple[Expectation, ...], Field(min_length=1)]
    parameters: dict[str, JsonValue] = {}
    may_be_empty: str = ""
    filled_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_only_what_exists(self) -> Self:
        described = (*tables_of("core"), *tables_of("kpi", "sql", "computed"), *tables_of("reporting"))
        if self.table not in {table.full_name for table in described}:
            raise ValueError(f"table: there is no table {self.table} in the register")
        if self.reads == "counts" and not (sql_folder() / "quality" / f"{self.name}.sql").is_file():
            raise ValueError(f"reads: there is no sql/quality/{self.name}.sql")
        rules = [expectation.rule for expectation in self.expectations]
        for rule in rules:
            if rules.count(rule) > 1:
                raise ValueError(f"expectations: rule {rule} is given twice")
        for expectation in self.expectations:
            self._check_names(expectation)
        return self

    def _check_names(self, expectation: Expectation) -> None:
        for column in expectation.columns:
            if self.reads == "counts" and not column.endswith(_COUNT_ENDINGS):
                raise ValueError(f"rule {expectation.rule}: {column} is neither a count (_n) nor a _share")
            if self.reads == "rows" and column not in self.register_table.column_names:
                raise ValueError(f"rule {expectation.rule}: {self.table} has no column {column}")
        for value in expectation.kwargs.values():
            if _is_parameter(value) and str(value)[1:] not in _PARAMETERS:
                known = ", ".join(_PARAMETERS)
                raise ValueError(f"rule {expectation.rule}: no parameter {value}; known: {known}")

    @property
    def register_table(self) -> Table:
        """The table as the register describes it."""
        return table_of(self.table)

    @property
    def columns(self) -> list[str]:
        """The columns that the rules read, each once."""
        named = [column for expectation in self.expectations for column in expectation.columns]
        return list(dict.fromkeys(named))

    @property
    def is_restricted(self) -> bool:
        """Whether the table has any column that is not safe to show."""
        return any(column.privacy != "safe" for column in self.register_table.columns)


def load_suites(schema: str) -> tuple[Suite, ...]:
    """Read the suites of one schema, in the order of their names.

    Raises:
        ConfigurationError: If there is none, or a file breaks a rule of the model; the message names
            file and field.
    """
    folder = Path(str(resources.files("ccds_pipeline.quality"))) / "suites"
    files = [*folder.glob(f"{schema}.*.yaml"), *(sql_folder() / "quality").glob(f"{schema}.*.sql")]
    suites = tuple(read_suite(file) for file in sorted(files, key=lambda file: file.name))
    if not suites:
        raise ConfigurationError(
            f"there is no expectation suite for schema {schema}",
            rule="suite_exists",
            remedy="Name a schema whose tables have suites: core or reporting.",
        )
    return suites


def read_suite(file: Path) -> Suite:
    """Read and validate one suite: a file of ``suites/``, or a SELECT of ``sql/quality`` with its rules.

    Raises:
        ConfigurationError: As ``load_suites``.
    """
    text = file.read_text(encoding="utf-8")
    try:
        content = _limits_of(file.stem, text) if file.suffix == ".sql" else yaml.safe_load(text)
        return Suite.model_validate({**content, "name": file.stem})
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in fault["loc"])
        problem = f"field {field}: {fault['msg']}" if field else fault["msg"]
    except (yaml.YAMLError, TypeError):
        problem = "is not a YAML mapping"
    except ValueError as error:
        problem = str(error)
    raise ConfigurationError(
        problem,
        place=file.name,
        rule="suite_valid",
        remedy="Correct the suite there and run the command again.",
    )


def _limits_of(name: str, text: str) -> dict[str, object]:
    """Return the suite that is written above a SELECT: two lines of comment for each rule."""
    rules = [_limit(rule) for rule in _RULE.finditer(text)]
    if len(rules) != text.count("-- rule"):
        raise ValueError("a rule is not written as: -- rule: NAME | SEVERITY | COUNT <= NUMBER, why below")
    table, why = ".".join(name.split(".")[:2]), _MAY_BE_EMPTY.search(text)
    return {
        "table": table,
        "reads": "counts",
        "expectations": rules,
        "may_be_empty": why["why"] if why else "",
    }


def _limit(rule: re.Match[str]) -> dict[str, object]:
    return {
        "rule": rule["rule"],
        "type": "expect_column_max_to_be_between",
        "kwargs": {"column": rule["column"], _LIMITS[rule["limit"]]: json.loads(rule["value"])},
        "severity": rule["severity"],
        "why": rule["why"],
        "only_with": rule["traits"].split(", ") if rule["traits"] else (),
    }


def for_programme(suite: Suite, programme: Programme) -> Suite:
    """Return the suite as it applies to a programme.

    Rules about what the programme does not have are left out; parameters get its values. A suite may
    be left with no rule; it then always passes.
    """
    traits = _traits(programme)
    parameters: dict[str, JsonValue] = {
        "kpi_ids": [kpi.id for kpi in programme.kpis],
        "source_ids": [source.id for source in programme.sources],
        "suppress_up_to": programme.release.suppress_up_to,
    }
    applicable = tuple(
        expectation.model_copy(update={"kwargs": _filled(expectation.kwargs, parameters)})
        for expectation in suite.expectations
        if not expectation.only_with or traits.intersection(expectation.only_with)
    )
    changes: dict[str, object] = {
        "expectations": applicable,
        "parameters": parameters,
        "filled_by": _filled_by(applicable, programme),
    }
    if _HAS_ROWS in _rules(suite.expectations) - _rules(applicable):
        changes["may_be_empty"] = "The programme has no such records."
    return suite.model_copy(update=changes)


def without_records(suite: Suite) -> Suite:
    """Return a suite as it applies while the sources of its table have brought no record."""
    expectations = tuple(
        rule.model_copy(update={"severity": "warning"}) if rule.rule == _HAS_ROWS else rule
        for rule in suite.expectations
    )
    return suite.model_copy(update={"expectations": expectations})


def _filled_by(expectations: Iterable[Expectation], programme: Programme) -> tuple[str, ...]:
    kinds = {trait for rule in expectations if rule.rule == _HAS_ROWS for trait in rule.only_with}
    return tuple(source.id for source in programme.sources if kinds.intersection(_brings(source)))


def _rules(expectations: Iterable[Expectation]) -> set[str]:
    return {expectation.rule for expectation in expectations}


def _traits(programme: Programme) -> set[Trait]:
    has: dict[Trait, bool] = {
        "kpis": bool(programme.kpis),
        "phases": bool(programme.phases),
        "required_attendance": programme.linking.require_attendance,
    }
    brought = {trait for source in programme.sources for trait in _brings(source)}
    return brought | {trait for trait, is_there in has.items() if is_there}


def _brings(source: Source) -> Iterator[Trait]:
    yield _KINDS[source.record]
    if source.questions:
        yield "questions"


def _filled(kwargs: Mapping[str, JsonValue], parameters: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        name: parameters[str(value)[1:]] if _is_parameter(value) else value for name, value in kwargs.items()
    }


def _is_parameter(value: JsonValue) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _columns_in(value: JsonValue) -> Iterator[str]:
    """Yield the columns that arguments of Great Expectations name, at any depth."""
    if isinstance(value, list):
        for part in value:
            yield from _columns_in(part)
    elif isinstance(value, dict):
        for argument, part in value.items():
            if argument in _COLUMN_ARGUMENTS and not isinstance(part, dict):
                yield from (str(name) for name in (part if isinstance(part, list) else [part]))
            else:
                yield from _columns_in(part)
