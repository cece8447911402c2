"""Run expectation suites: the one place where Great Expectations checks data.

What a suite says is in ``suites/``; it reads the columns that its rules name, or one row of counts.
Results hold names and counts, never a value of a row (PRIVACY.md P20); pages for people are made in
``data_docs``.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError, ConfigurationError
from ccds_pipeline.quality.suite import Expectation, Severity, Suite, without_records
from ccds_pipeline.schemas.register import TYPES
from ccds_pipeline.warehouse.select_files import run_statement

if TYPE_CHECKING:
    import pyarrow as pa
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.expectations.expectation import Expectation as GxExpectation

# Each of the three is needed: left out, results hold values of rows (measured on 1.24).
_WITHOUT_VALUES = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}
_COUNTS_OF_ROWS = ("element_count", "missing_count", "unexpected_count", "unexpected_percent")
_COUNT_OF_TABLE = "expect_table_row_count_"


@dataclass(frozen=True)
class Outcome:
    """What came of one rule.

    Args:
        rule: Name of the rule.
        severity: Whether a breach stops what comes after.
        passed: Whether the rule holds.
        raised: Whether the rule could not be checked at all, such as for a missing column.
        observed: Counts and shares under the names that Great Expectations gives them, such as
            ``unexpected_count`` (rows that break the rule); None where they might reveal a person.
    """

    rule: str
    severity: Severity
    passed: bool
    raised: bool
    observed: Mapping[str, float] | None


@dataclass(frozen=True)
class SuiteResult:
    """What came of one suite; ``outcomes`` are in the order of its rules.

    ``is_evaluated`` says whether there was anything to check, or need not be: every rule about rows holds of
    no rows.
    """

    suite: Suite
    outcomes: tuple[Outcome, ...]
    is_evaluated: bool = True

    @property
    def passed(self) -> bool:
        """Whether every critical rule was checked and holds."""
        return all(outcome.passed for outcome in self.outcomes if outcome.severity == "critical")

    @property
    def state(self) -> str:
        """``passed``, ``warning``, ``failed`` or ``not evaluated``, for people."""
        if not self.passed:
            return "failed"
        if not self.is_evaluated:
            return "not evaluated"
        return "passed" if all(outcome.passed for outcome in self.outcomes) else "warning"


def read_for_suite(connection: sa.Connection, suite: Suite) -> pd.DataFrame:
    """Read the frame that a suite checks.

    Args:
        connection: Open, with the suite's table in its schema.
        suite: As ``for_programme`` returns it, since a statement may use the programme's parameters.

    Returns:
        For a suite that reads ``rows`` one row per row of the table, with only the columns that the
        rules name; for one that reads ``counts`` one row of counts and shares, which the database
        makes, so that memory does not grow with the table.

    Raises:
        CheckFailedError: If the database refuses; the message names the suite and no value.
    """
    try:
        if suite.reads == "counts":
            result = run_statement(connection, f"quality/{suite.name}", **suite.parameters)
        else:
            result = connection.execute(_rows_statement(suite))
        frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    except sa.exc.SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        raise CheckFailedError(
            f"what the suite checks cannot be read ({kind})",
            place=suite.name,
            rule="suite_is_readable",
            remedy="Build the tables of the schema again; if it stays, report the kind of error.",
        ) from None
    return frame if suite.reads == "counts" else _typed(frame, suite)


def check_suite(connection: sa.Connection, suite: Suite) -> SuiteResult:
    """Read what a suite checks, and check it; raises as ``read_for_suite`` and ``run_suite`` do."""
    is_awaited = bool(suite.filled_by) and not _have_brought(connection, suite.filled_by)
    applied = without_records(suite) if is_awaited else suite
    result = run_suite(applied, read_for_suite(connection, applied))
    return replace(result, is_evaluated=bool(suite.may_be_empty) or _has_rows(connection, suite))


def _have_brought(connection: sa.Connection, sources: Collection[str]) -> bool:
    """Return whether a source has a record that is there, or a row that was rejected."""
    statement = sa.text(
        "SELECT 1 FROM core.current_record WHERE source_id IN :sources "
        "UNION ALL SELECT 1 FROM ops.rejected_row WHERE source_id IN :sources LIMIT 1"
    ).bindparams(sa.bindparam("sources", expanding=True))
    return connection.execute(statement, {"sources": list(sources)}).scalar() is not None


def _has_rows(connection: sa.Connection, suite: Suite) -> bool:
    table = sa.table(suite.register_table.name, schema=suite.register_table.schema)
    return connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).scalar() is not None


def _rows_statement(suite: Suite) -> sa.Executable:
    register = suite.register_table
    columns: list[sa.ColumnClause[object]] = [sa.column(name) for name in suite.columns or register.key]
    return sa.select(*columns).select_from(sa.table(register.name, schema=register.schema))


def _typed(frame: pd.DataFrame, suite: Suite) -> pd.DataFrame:
    """A column without values would else have no type, and no rule about numbers would fit it."""
    types = {column.name: TYPES[column.type].frame for column in suite.register_table.columns}
    return frame.astype({name: types[name] for name in frame.columns})


def run_suite(suite: Suite, frame: pd.DataFrame | pa.Table) -> SuiteResult:
    """Check a frame against a suite.

    A table with any column that is not safe to show is checked in the format that stores nothing but
    passed or failed (PRIVACY.md P20).

    Args:
        suite: As ``for_programme`` returns it.
        frame: As ``read_for_suite`` returns it.

    Raises:
        ConfigurationError: If Great Expectations does not know a rule; the message names it.
    """
    rows = frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()
    is_readable = suite.reads == "rows" or len(rows) == 1
    found = _validate(suite, rows) if suite.expectations and is_readable else {}
    outcomes = (_outcome(suite, rule, found.get(rule.rule), rows=rows) for rule in suite.expectations)
    return SuiteResult(suite, tuple(outcomes))


@contextmanager
def quiet_context() -> Iterator[EphemeralDataContext]:
    """Open Great Expectations in memory: no file, no progress bar, no log record.

    Its records may quote values, so none reaches a handler of ours.
    """
    logger = logging.getLogger("great_expectations")
    silence, propagate = logging.NullHandler(), logger.propagate
    logger.addHandler(silence)
    # control: Great Expectations logs nothing
    logger.propagate = False
    try:
        yield _context()
    finally:
        logger.propagate = propagate
        logger.removeHandler(silence)


@cache
def _context() -> EphemeralDataContext:
    """Opening takes a fifth of a second, and nothing is kept in it."""
    with warnings.catch_warnings():
        # Great Expectations 1.24 imports two modules that Python 3.11 deprecates.
        warnings.filterwarnings("ignore", r"module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
        import great_expectations as gx  # takes five seconds: only where suites run
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def build_expectation(suite: Suite, rule: Expectation) -> GxExpectation:
    """Return a rule as Great Expectations' own object, with reason and name as notes.

    Raises:
        ConfigurationError: As ``run_suite``.
    """
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    try:
        return ExpectationConfiguration(
            type=rule.type,
            kwargs=dict(rule.kwargs),
            meta={"rule": rule.rule},
            notes=f"{rule.why} Rule: {rule.rule}, {rule.severity}.",
            severity=FailureSeverity(rule.severity),
        ).to_domain_obj()
    except Exception:  # noqa: BLE001  # whatever it raises, the rule is what is wrong
        raise ConfigurationError(
            f"rule {rule.rule}: {rule.type} does not exist, or does not take these arguments",
            place=f"{suite.name}.yaml",
            rule="suite_valid",
            remedy="Correct type and kwargs of the rule as Great Expectations' gallery describes them.",
        ) from None


def _validate(suite: Suite, rows: pd.DataFrame) -> dict[str, ExpectationValidationResult]:
    """Return Great Expectations' results by rule; empty where it raised as a whole."""
    with quiet_context() as context:
        from great_expectations import ExpectationSuite

        expectations = [build_expectation(suite, rule) for rule in suite.expectations]
        try:
            batch = context.data_sources.pandas_default.read_dataframe(rows)
            result = batch.validate(
                ExpectationSuite(name=suite.name, expectations=expectations),
                # control: Great Expectations says passed or failed alone
                result_format="BOOLEAN_ONLY" if suite.is_restricted else _WITHOUT_VALUES,
            )
        except Exception:  # noqa: BLE001  # the exception may quote values; the outcomes say that it raised
            return {}
    return {_rule_of(found): found for found in result.results}


def _rule_of(found: ExpectationValidationResult) -> str:
    """Results come in another order than the rules."""
    meta = found.expectation_config.meta if found.expectation_config else None
    return str(meta["rule"]) if meta else ""


def _outcome(
    suite: Suite, rule: Expectation, found: ExpectationValidationResult | None, *, rows: pd.DataFrame
) -> Outcome:
    raised = found is None or _has_raised(found.exception_info)
    return Outcome(
        rule=rule.rule,
        severity=rule.severity,
        passed=found is not None and bool(found.success) and not raised,
        raised=raised,
        observed=None if found is None or raised else _observed(suite, rule, found, rows=rows),
    )


def _has_raised(info: Mapping[str, Any]) -> bool:
    """``info`` is one report, or reports by metric."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(part["raised_exception"] for part in info.values())


def _observed(
    suite: Suite, rule: Expectation, found: ExpectationValidationResult, *, rows: pd.DataFrame
) -> dict[str, float] | None:
    if suite.reads == "counts":
        count = rows[rule.columns[0]].iloc[0]
        return None if pd.isna(count) else {"observed_value": float(count)}
    if suite.is_restricted:
        return None
    is_count = rule.type.startswith(_COUNT_OF_TABLE)
    names = ("observed_value",) if is_count else _COUNTS_OF_ROWS
    return {name: float(found.result[name]) for name in names if found.result.get(name) is not None}
