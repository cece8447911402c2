"""Great Expectations suites as asset checks: one per suite, blocking where a rule of it is critical.

Suites and the runner are in ``ccds_pipeline.quality``.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import dagster as dg
import sqlalchemy as sa

from ccds_pipeline.defs.described import DATA_DOCS, value_free_failures
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.quality.data_docs import write_data_docs
from ccds_pipeline.quality.expectations import Outcome, SuiteResult, check_suite
from ccds_pipeline.quality.suite import Suite, for_programme, load_suites

OpenDatabase = Callable[[Installation], AbstractContextManager[sa.Engine]]


def expectation_checks(
    schema: str,
    *,
    programme: Programme,
    open_database: OpenDatabase,
    asset: dg.AssetKey | None = None,
    is_blocking: bool = True,
) -> dg.AssetChecksDefinition:
    """Build the checks of all suites of one schema; they run together, over one connection.

    Args:
        schema: ``core`` or ``reporting``.
        programme: Decides which rules apply.
        open_database: Opens the database that holds the tables to be checked.
        asset: The asset that all checks hang on; each table's own where none is given.
        is_blocking: Whether a critical rule stops what comes after.
    """
    suites = [for_programme(suite, programme) for suite in load_suites(schema)]
    specs = [
        dg.AssetCheckSpec(
            name=_check_name(suite, asset),
            asset=asset or _table_key(suite),
            description=" ".join(rule.why for rule in suite.expectations)
            or "No rule applies to the programme.",
            blocking=is_blocking and any(rule.severity == "critical" for rule in suite.expectations),
        )
        for suite in suites
    ]

    of_tables = "" if is_blocking else "_of_readers"

    @dg.multi_asset_check(specs=specs, name=f"{schema}_expectations{of_tables}", pool=WAREHOUSE_POOL)
    def check(installation: Installation) -> Iterator[dg.AssetCheckResult]:
        with value_free_failures(), open_database(installation) as engine:
            with engine.connect() as connection:
                results = [check_suite(connection, suite) for suite in suites]
            write_data_docs(results, installation.settings.data_docs_folder / schema)
        for suite, result in zip(suites, results, strict=True):
            yield _check_result(result, suite, asset, data_docs_link(schema))

    return check


def data_docs_link(schema: str) -> dg.UrlMetadataValue:
    """Return the link to the pages of a schema's checks, below the UI's own address."""
    return dg.MetadataValue.url(f"{DATA_DOCS}/{schema}/")


def _table_key(suite: Suite) -> dg.AssetKey:
    return dg.AssetKey(suite.table.split("."))


def _check_name(suite: Suite, asset: dg.AssetKey | None) -> str:
    """Name a suite by what tells it from the asset's other suites: aspect, or table and aspect."""
    parts = suite.name.split(".")
    return "_".join([*parts[1 if asset else 2 :], "expectations"])


def _check_result(
    result: SuiteResult, suite: Suite, asset: dg.AssetKey | None, docs: dg.UrlMetadataValue
) -> dg.AssetCheckResult:
    broken = [outcome for outcome in result.outcomes if not outcome.passed]
    counts = {
        f"{outcome.rule}: {name}": number
        for outcome in broken
        for name, number in (outcome.observed or {}).items()
    }
    return dg.AssetCheckResult(
        asset_key=asset or _table_key(suite),
        check_name=_check_name(suite, asset),
        passed=not broken and result.is_evaluated,
        severity=dg.AssetCheckSeverity.WARN if result.passed else dg.AssetCheckSeverity.ERROR,
        metadata={
            "rules": len(result.outcomes),
            "broken_rules": ", ".join(outcome.rule for outcome in broken)
            or ("none" if result.is_evaluated else "not_evaluated"),
            "not_checked": ", ".join(outcome.rule for outcome in broken if outcome.raised) or "none",
            "data_docs": docs,
            **({"broken": broken_rules_table(suite, broken)} if broken else {}),
            **counts,
        },
    )


def broken_rules_table(suite: Suite, broken: Sequence[Outcome]) -> dg.TableMetadataValue:
    """Return the rules that do not hold, with what goes wrong where they do not."""
    reasons = {rule.rule: rule.why for rule in suite.expectations}
    records = [
        dg.TableRecord(
            {
                "rule": outcome.rule,
                "severity": outcome.severity,
                "why": reasons[outcome.rule],
                "found": "could not be checked"
                if outcome.raised
                else ", ".join(f"{name} {number:g}" for name, number in (outcome.observed or {}).items()),
            }
        )
        for outcome in broken
    ]
    columns = [dg.TableColumn(name) for name in ("rule", "severity", "why", "found")]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))
