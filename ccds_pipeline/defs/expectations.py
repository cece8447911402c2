"""Great Expectations suites as asset checks: one check per rule, blocking where the rule is critical.

Suites and the runner are in ``ccds_pipeline.quality``.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import dagster as dg
import sqlalchemy as sa

from ccds_pipeline.defs.boundary import value_free_failures
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.quality.data_docs import write_data_docs
from ccds_pipeline.quality.expectations import Outcome, run_suite
from ccds_pipeline.quality.read import read_for_suite
from ccds_pipeline.quality.suite import Suite, for_programme, load_suites

OpenDatabase = Callable[[Installation], AbstractContextManager[sa.Engine]]


def expectation_checks(
    schema: str, *, programme: Programme, open_database: OpenDatabase, asset: dg.AssetKey | None = None
) -> dg.AssetChecksDefinition:
    """Build the checks of all suites of one schema; they run together, over one connection.

    Args:
        schema: ``core`` or ``reporting``.
        programme: Decides which rules apply.
        open_database: Opens the database that holds the tables to be checked.
        asset: The asset that all checks hang on; each table's own where none is given.
    """
    suites = [for_programme(suite, programme) for suite in load_suites(schema)]
    specs = [
        dg.AssetCheckSpec(
            name=_check_name(suite, expectation.rule, asset),
            asset=asset or _table_key(suite),
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
                yield _check_result(outcome, suite, asset, docs.absolute().as_uri())

    return check


def _table_key(suite: Suite) -> dg.AssetKey:
    return dg.AssetKey(suite.table.split("."))


def _check_name(suite: Suite, rule: str, asset: dg.AssetKey | None) -> str:
    """Name a rule by what tells it from the asset's other rules: aspect, or table and aspect."""
    parts = suite.name.split(".")
    return "_".join([*parts[1 if asset else 2 :], rule])


def _check_result(
    outcome: Outcome, suite: Suite, asset: dg.AssetKey | None, docs: str
) -> dg.AssetCheckResult:
    is_critical = outcome.severity == "critical"
    return dg.AssetCheckResult(
        asset_key=asset or _table_key(suite),
        check_name=_check_name(suite, outcome.rule, asset),
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if is_critical else dg.AssetCheckSeverity.WARN,
        metadata={
            "expectation": outcome.expectation,
            "column": outcome.column or "(table)",
            "could_be_checked": not outcome.raised,
            "data_docs": dg.MetadataValue.url(docs),
            **(outcome.observed or {}),
        },
    )
