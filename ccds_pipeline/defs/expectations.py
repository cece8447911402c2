"""Great Expectations suites as asset checks: one check per rule, blocking where the rule is critical.

Suites and the runner are in ``ccds_pipeline.quality``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import dagster as dg
import sqlalchemy as sa

from ccds_pipeline.defs.boundary import value_free_failures
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL
from ccds_pipeline.quality.expectations import (
    Outcome,
    Suite,
    load_suites,
    read_for_suite,
    run_suite,
    write_data_docs,
)

OpenDatabase = Callable[[Installation], AbstractContextManager[sa.Engine]]


def expectation_checks(
    schema: str, *, open_database: OpenDatabase, asset_of: Callable[[Suite], dg.AssetKey]
) -> dg.AssetChecksDefinition:
    """Build the checks of all suites of one schema; they run together, over one connection.

    Args:
        schema: ``core`` or ``reporting``.
        open_database: Opens the database that holds the tables to be checked.
        asset_of: The asset that a suite's checks belong to.
    """
    suites = load_suites(schema)
    specs = [
        dg.AssetCheckSpec(
            name=_check_name(suite, expectation.rule, asset_of),
            asset=asset_of(suite),
            description=expectation.why,
            blocking=expectation.severity == "critical",
        )
        for suite in suites
        for expectation in suite.expectations
    ]

    @dg.multi_asset_check(specs=specs, name=f"{schema}_expectations", pool=WAREHOUSE_POOL)
    def check(installation: Installation) -> Iterator[dg.AssetCheckResult]:
        with value_free_failures(), open_database(installation) as engine:
            with engine.connect() as connection:
                results = [run_suite(suite, read_for_suite(connection, suite)) for suite in suites]
            docs = write_data_docs(results, installation.settings.data_docs_folder / schema)
        for suite, result in zip(suites, results, strict=True):
            for outcome in result.outcomes:
                yield _check_result(outcome, suite, asset_of, docs.as_uri())

    return check


def _check_name(suite: Suite, rule: str, asset_of: Callable[[Suite], dg.AssetKey]) -> str:
    """Prefix the table's name where several tables' checks hang on one asset."""
    return rule if asset_of(suite).path[-1] == suite.table else f"{suite.table}_{rule}"


def _check_result(
    outcome: Outcome, suite: Suite, asset_of: Callable[[Suite], dg.AssetKey], docs: str
) -> dg.AssetCheckResult:
    is_critical = outcome.severity == "critical"
    return dg.AssetCheckResult(
        asset_key=asset_of(suite),
        check_name=_check_name(suite, outcome.rule, asset_of),
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if is_critical else dg.AssetCheckSeverity.WARN,
        metadata={
            "expectation": outcome.expectation,
            "column": outcome.column or "(table)",
            "could_be_evaluated": not outcome.raised,
            "data_docs": dg.MetadataValue.url(docs),
        },
    )
