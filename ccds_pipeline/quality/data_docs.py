"""Write results as Great Expectations' Data Docs: pages for people without Dagster.

The pages are made from suites and outcomes alone, which hold no value of a row. They work without a
network: what Great Expectations would fetch from public servers is taken out, and a small style of ours
takes its place. The index, which it builds in the browser, is written as a plain table.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from ccds_pipeline.quality.expectations import Outcome, SuiteResult, build_expectation, quiet_context
from ccds_pipeline.quality.suite import Expectation, Suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation as GxExpectation
    from great_expectations.render.view.view import DefaultJinjaPageView

_RUN = "checks"
_PAGES = ("expectations", "validations")
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
    for name in _PAGES:
        shutil.rmtree(folder / name, ignore_errors=True)
    checked_at = datetime.now(tz=UTC)
    with quiet_context():
        from great_expectations.render.view.view import DefaultJinjaPageView  # takes seconds

        view = DefaultJinjaPageView()
        pages = {
            result.suite.name: _write_pages(result, folder, checked_at, view)
            for result in results
            if result.outcomes
        }
    return _write_index(results, pages, folder, checked_at)


def _write_pages(result: SuiteResult, folder: Path, checked_at: datetime, view: DefaultJinjaPageView) -> str:
    """Write what is expected and what came of it, on a page each; return the path of the second."""
    from great_expectations import ExpectationSuite
    from great_expectations.render.renderer import page_renderer

    expectations = [build_expectation(result.suite, rule) for rule in result.suite.expectations]
    suite = ExpectationSuite(name=result.suite.name, expectations=expectations)
    name = result.suite.name.replace(".", "/")
    path_of_outcomes = f"validations/{name}/{_RUN}/{checked_at:%Y%m%dT%H%M%S.%fZ}/all.html"
    outcomes = _suite_result(result, expectations, checked_at)
    render_suite: Any = page_renderer.ExpectationSuitePageRenderer().render  # it is not annotated
    documents = {
        f"expectations/{name}.html": render_suite(suite),
        path_of_outcomes: page_renderer.ValidationResultsPageRenderer().render(outcomes),
    }
    for path, document in documents.items():
        page = view.render(document, show_how_to_buttons=False)  # type: ignore[no-untyped-call]  # GX has none
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_without_network(page), encoding="utf-8")
    return path_of_outcomes


def _suite_result(
    result: SuiteResult, expectations: Sequence[GxExpectation], checked_at: datetime
) -> ExpectationSuiteValidationResult:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier

    passed = sum(outcome.passed for outcome in result.outcomes)
    rules = zip(result.suite.expectations, result.outcomes, expectations, strict=True)
    return ExpectationSuiteValidationResult(
        success=result.is_evaluated and passed == len(result.outcomes),
        results=[_rule_result(result.suite, *rule) for rule in rules],
        suite_name=result.suite.name,
        statistics={
            "evaluated_expectations": len(result.outcomes),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(result.outcomes) - passed,
            "success_percent": 100 * passed / len(result.outcomes),
        },
        meta={
            "run_id": RunIdentifier(run_name=_RUN, run_time=checked_at),
            "great_expectations_version": version("great_expectations"),
            "batch_spec": {"data_asset_name": result.suite.table},
        },
    )


def _rule_result(
    suite: Suite, rule: Expectation, outcome: Outcome, expectation: GxExpectation
) -> ExpectationValidationResult:
    from great_expectations.core import ExpectationValidationResult

    configuration = expectation.configuration
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


def _without_network(page: str) -> str:
    own = f"{_POLICY}\n<style>{_text_of('data_docs.css')}</style>\n</head>"
    return _EXTERNAL.sub("", page).replace("</head>", own, 1)


def _write_index(
    results: Sequence[SuiteResult], pages: Mapping[str, str], folder: Path, checked_at: datetime
) -> Path:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(_text_of("data_docs_index.html"))
    style = _text_of("data_docs.css")
    index = folder / "index.html"
    index.write_text(
        template.render(results=results, pages=pages, checked_at=checked_at, style=style), encoding="utf-8"
    )
    return index


def _text_of(name: str) -> str:
    return (resources.files("ccds_pipeline.quality") / name).read_text(encoding="utf-8")
