"""Write results as Great Expectations' Data Docs: pages for people without Dagster.

The pages are rebuilt from suites and outcomes alone, which hold no value of a row. They are made to
work without a network: what Great Expectations would fetch from public servers is taken out, a small
style of ours stands in, and the index, which it builds in the browser, is written as a plain table.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from ccds_pipeline.quality.expectations import Outcome, SuiteResult, build_expectations, quiet_context
from ccds_pipeline.quality.suite import Expectation, Suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.data_context.types.resource_identifiers import ValidationResultIdentifier
    from great_expectations.expectations.expectation import Expectation as GxExpectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

_RUN = "checks"
_PAGES = ("expectations", "validations")
# Fonts and animations for a walk-through, four megabytes that no page of ours shows.
_ASSETS = "static"
# Whatever a browser would fetch or run; the policy holds back what a later version may add.
_EXTERNAL = re.compile(r"<(script|style|footer)\b.*?</\1>|<(?:link|img)\b[^>]*>", re.DOTALL)
_POLICY = (
    """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
)
_COULD_NOT_RUN = "The rule could not be checked: a column is missing, or does not fit the rule."


def write_data_docs(results: Sequence[SuiteResult], folder: Path) -> Path:
    """Write the pages of these results and return the index; pages of earlier results are replaced.

    Args:
        results: What ``run_suite`` returned, each suite once.
        folder: Made where it is missing; only what Data Docs write is replaced in it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (*_PAGES, _ASSETS):
        shutil.rmtree(folder / name, ignore_errors=True)
    checked_at = datetime.now(tz=UTC)
    with quiet_context() as context:
        _add_site(context, folder)
        for result in results:
            _store(context, result, checked_at)
        context.build_data_docs()
    shutil.rmtree(folder / _ASSETS)
    style = _text_of("data_docs.css")
    for name in _PAGES:
        for page in (folder / name).rglob("*.html"):
            page.write_text(_without_network(page.read_text(encoding="utf-8"), style), encoding="utf-8")
    return _write_index(results, folder, checked_at)


def _add_site(context: EphemeralDataContext, folder: Path) -> None:
    context.add_data_docs_site(
        site_name="checks",
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,  # type: ignore[typeddict-unknown-key]  # its own type lacks it
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )


def _store(context: EphemeralDataContext, result: SuiteResult, checked_at: datetime) -> None:
    """Put suite and result into the stores in memory that the site is built from."""
    from great_expectations import ExpectationSuite  # takes five seconds: only where it runs

    if not result.outcomes:
        return
    expectations = build_expectations(result.suite)
    context.suites.add(ExpectationSuite(name=result.suite.name, expectations=expectations))
    identifier = _identifier(result.suite.name, checked_at)
    context.validation_results_store.set(identifier, _suite_result(result, expectations, identifier))


def _identifier(suite: str, checked_at: datetime) -> ValidationResultIdentifier:
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    return ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(suite),
        run_id=RunIdentifier(run_name=_RUN, run_time=checked_at),
        batch_identifier="all",
    )


def _suite_result(
    result: SuiteResult, expectations: Sequence[GxExpectation], identifier: ValidationResultIdentifier
) -> ExpectationSuiteValidationResult:
    from great_expectations.core import ExpectationSuiteValidationResult

    passed = sum(outcome.passed for outcome in result.outcomes)
    return ExpectationSuiteValidationResult(
        success=passed == len(result.outcomes),
        results=[
            _rule_result(result.suite, rule, outcome, expectation.configuration)
            for rule, outcome, expectation in zip(
                result.suite.expectations, result.outcomes, expectations, strict=True
            )
        ],
        suite_name=result.suite.name,
        statistics={
            "evaluated_expectations": len(result.outcomes),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(result.outcomes) - passed,
            "success_percent": 100 * passed / len(result.outcomes),
        },
        meta={
            "run_id": identifier.run_id,
            "great_expectations_version": version("great_expectations"),
            "batch_spec": {"data_asset_name": result.table},
        },
    )


def _rule_result(
    suite: Suite, rule: Expectation, outcome: Outcome, configuration: ExpectationConfiguration
) -> ExpectationValidationResult:
    from great_expectations.core import ExpectationValidationResult

    configuration.description = _sentence(rule)
    return ExpectationValidationResult(
        success=outcome.passed,
        expectation_config=configuration,
        result={} if suite.is_restricted else dict(outcome.observed or {}),
        exception_info={
            "raised_exception": outcome.raised,
            "exception_message": _COULD_NOT_RUN if outcome.raised else None,
            "exception_traceback": "",
        },
    )


def _sentence(rule: Expectation) -> str:
    """Great Expectations says what is compared, on the page of the suite; a reader wants to know why."""
    limits = {"min_value": "at least", "max_value": "at most"}
    given = [f"{word} {rule.kwargs[name]}" for name, word in limits.items() if name in rule.kwargs]
    limit = f" ({' and '.join(given)})" if given else ""
    return f"{rule.rule.replace('_', ' ').capitalize()}{limit}, {rule.severity}. {rule.why}"


def _without_network(page: str, style: str) -> str:
    return _EXTERNAL.sub("", page).replace("</head>", f"{_POLICY}\n<style>{style}</style>\n</head>", 1)


def _write_index(results: Sequence[SuiteResult], folder: Path, checked_at: datetime) -> Path:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(_text_of("data_docs_index.html"))
    suites = [
        {
            "name": result.suite.name,
            "state": _state(result),
            "outcomes": result.outcomes,
            "page": _page_of(result, folder),
        }
        for result in results
    ]
    index = folder / "index.html"
    style = _text_of("data_docs.css")
    index.write_text(template.render(suites=suites, checked_at=checked_at, style=style), encoding="utf-8")
    return index


def _state(result: SuiteResult) -> str:
    if not result.passed:
        return "failed"
    return "passed" if all(outcome.passed for outcome in result.outcomes) else "warning"


def _page_of(result: SuiteResult, folder: Path) -> str:
    """Return where the page of a suite stands in the folder; empty for a suite without rules."""
    pages = folder.glob(f"validations/{result.suite.name.replace('.', '/')}/{_RUN}/*/all.html")
    return next((page.relative_to(folder).as_posix() for page in pages), "")


def _text_of(name: str) -> str:
    return (resources.files("ccds_pipeline.quality") / name).read_text(encoding="utf-8")
