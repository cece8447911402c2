"""The runner and its pages: what is told of a breach, and that no value of a row is."""

import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.quality.data_docs import write_data_docs
from ccds_pipeline.quality.expectations import Outcome, _validate, run_suite
from ccds_pipeline.quality.suite import Expectation, Suite

CANARY = "zephyrine.quux@canary.example"
NUMBER = 86753091


def rule(kind: str, *, name: str = "", severity: str = "critical", **kwargs: object) -> Expectation:
    return Expectation.model_validate(
        {
            "rule": name or kind.removeprefix("expect_"),
            "type": kind,
            "kwargs": kwargs,
            "severity": severity,
            "why": "The canary must not sing.",
        }
    )


def rows_suite(table: str, *rules: Expectation) -> Suite:
    return Suite(name=f"{table}.canary", table=table, reads="rows", expectations=rules)


def only_outcome(suite: Suite, frame: pd.DataFrame) -> Outcome:
    (outcome,) = run_suite(suite, frame).outcomes
    return outcome


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger hands to the root logger's handlers."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


# Identifying columns of a restricted table, and failing rules of every kind that quotes values.
RESTRICTED = rows_suite(
    "core.fact_comment",
    rule("expect_column_values_to_be_unique", column="response_key"),
    rule("expect_column_values_to_be_in_set", column="redacted_text", value_set=["fine"]),
    rule("expect_column_values_to_match_regex", column="redacted_text", regex="^fine$"),
    rule("expect_column_most_common_value_to_be_in_set", column="redacted_text", value_set=["fine"]),
    rule("expect_column_distinct_values_to_be_in_set", column="response_key", value_set=["fine"]),
    rule("expect_column_max_to_be_between", column="response_key", min_value=1, max_value=2),
    rule("expect_column_pair_values_to_be_equal", column_A="response_key", column_B="question_id"),
    rule("expect_column_values_to_be_between", column="redacted_text", min_value=0, max_value=1),
)
RESTRICTED_ROWS = pd.DataFrame(
    {"response_key": [CANARY] * 3, "question_id": ["hopes"] * 3, "redacted_text": [f"write to {CANARY}"] * 3}
)
OPEN = rows_suite(
    "reporting.data_status",
    rule("expect_column_values_to_be_unique", column="source_id"),
    rule("expect_column_values_to_be_in_set", column="source_id", value_set=["fine"]),
    rule("expect_column_values_to_be_between", column="received_n", max_value=1),
    rule("expect_column_max_to_be_between", column="received_n", max_value=1),
)
OPEN_ROWS = pd.DataFrame({"source_id": [CANARY] * 3, "received_n": [NUMBER, 1, 2]})


@pytest.mark.attack("A24")
def test_no_value_of_a_row_reaches_result_pages_or_log(tmp_path: Path, log: io.StringIO, capfd):
    results = [run_suite(RESTRICTED, RESTRICTED_ROWS), run_suite(OPEN, OPEN_ROWS)]
    write_data_docs(results, tmp_path)
    assert not any(outcome.passed for result in results for outcome in result.outcomes)
    pages = [page.read_text(encoding="utf-8") for page in tmp_path.rglob("*") if page.is_file()]
    captured = capfd.readouterr()
    for written in (repr(results), log.getvalue(), captured.out, captured.err, *pages):
        assert "zephyrine" not in written
        assert str(NUMBER) not in written


@pytest.mark.attack("A24")
def test_no_log_record_of_great_expectations_reaches_a_handler(tmp_path: Path, log: io.StringIO):
    """Its records may quote values, so they are kept back as a whole."""
    write_data_docs([run_suite(RESTRICTED, RESTRICTED_ROWS)], tmp_path)
    assert "great_expectations" not in log.getvalue()
    logging.getLogger("great_expectations").warning("afterwards")
    assert "great_expectations afterwards" in log.getvalue()


@pytest.mark.attack("A24")
def test_great_expectations_itself_keeps_no_value():
    """The first line of defence; outcomes take over counts only, whatever it keeps."""
    restricted = _validate(RESTRICTED, RESTRICTED_ROWS)
    assert len(restricted) == len(RESTRICTED.expectations)
    assert [found.result for found in restricted.values()] == [{}] * len(restricted)
    assert CANARY not in str(_validate(OPEN, OPEN_ROWS))


def test_nothing_but_passed_or_failed_is_reported_of_a_restricted_table():
    assert {outcome.observed for outcome in run_suite(RESTRICTED, RESTRICTED_ROWS).outcomes} == {None}


def test_broken_rows_of_an_open_table_are_counted():
    unique, *_, greatest = run_suite(OPEN, OPEN_ROWS).outcomes
    assert unique.observed == {
        "element_count": 3.0, "missing_count": 0.0, "unexpected_count": 3.0, "unexpected_percent": 100.0
    }  # fmt: skip
    assert greatest.observed == {}, "the greatest value of a column is a value of a row"


def test_rows_of_an_open_table_are_counted():
    suite = rows_suite("reporting.programme", rule("expect_table_row_count_to_equal", value=2))
    assert only_outcome(suite, pd.DataFrame({"name": ["x"]})).observed == {"observed_value": 1.0}


def test_a_count_is_reported_whatever_the_table():
    answers = rule("expect_column_max_to_be_between", column="repeated_keys_n", max_value=0)
    suite = Suite(name="core.fact_answer", table="core.fact_answer", reads="counts", expectations=(answers,))
    outcome = only_outcome(suite, pd.DataFrame({"repeated_keys_n": [17]}))
    assert not outcome.passed
    assert outcome.observed == {"observed_value": 17.0}


def test_a_missing_column_is_told_apart_from_a_breach():
    suite = rows_suite("reporting.programme", rule("expect_column_values_to_not_be_null", column="name"))
    missing = only_outcome(suite, pd.DataFrame({"programme_id": ["x"]}))
    broken = only_outcome(suite, pd.DataFrame({"name": [None]}))
    assert (missing.passed, missing.raised, missing.observed) == (False, True, None)
    assert (broken.passed, broken.raised) == (False, False)


def test_counts_that_are_not_one_row_are_not_judged():
    answers = rule("expect_column_max_to_be_between", column="repeated_keys_n", max_value=0)
    suite = Suite(name="core.fact_answer", table="core.fact_answer", reads="counts", expectations=(answers,))
    for frame in (pd.DataFrame({"repeated_keys_n": []}), pd.DataFrame({"repeated_keys_n": [0, 0]})):
        outcome = only_outcome(suite, frame)
        assert (outcome.passed, outcome.raised) == (False, True)


def test_a_count_that_is_missing_is_a_breach():
    answers = rule("expect_column_max_to_be_between", column="repeated_keys_n", max_value=0)
    suite = Suite(name="core.fact_answer", table="core.fact_answer", reads="counts", expectations=(answers,))
    outcome = only_outcome(suite, pd.DataFrame({"repeated_keys_n": [None]}))
    assert (outcome.passed, outcome.observed) == (False, None)


def test_an_arrow_table_is_checked_as_a_frame():
    suite = rows_suite("reporting.programme", rule("expect_column_values_to_not_be_null", column="name"))
    assert run_suite(suite, pa.table({"name": ["x"]})).passed


def test_a_suite_without_applicable_rules_passes(tmp_path: Path):
    suite = RESTRICTED.model_copy(update={"expectations": ()})
    result = run_suite(suite, RESTRICTED_ROWS)
    assert result.passed
    assert "core.fact_comment.canary" in write_data_docs([result], tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "unknown",
    [
        rule("expect_column_values_to_sing", column="name"),
        rule("expect_column_values_to_be_between", column="name", loudest=1),
        rule("expect_column_values_to_be_in_set", column="name", value_set="$kpi_ids"),
    ],
    ids=["type", "argument", "parameter"],
)
def test_a_rule_that_great_expectations_does_not_take_is_refused_by_name(unknown: Expectation):
    with pytest.raises(ConfigurationError, match=unknown.rule):
        run_suite(rows_suite("reporting.programme", unknown), pd.DataFrame({"name": ["x"]}))


@pytest.mark.attack("A26")
def test_pages_work_without_a_network(tmp_path: Path):
    index = write_data_docs([run_suite(OPEN, OPEN_ROWS)], tmp_path)
    pages = [page.read_text(encoding="utf-8") for page in tmp_path.rglob("*.html")]
    assert len(pages) == 3
    for page in pages:
        assert not re.search(r"<script|<link|<img|https?://|url\(", page)
        assert "default-src 'none'" in page
    (target,) = re.findall(r'href="([^"]+)"', index.read_text(encoding="utf-8"))
    assert (tmp_path / target).is_file()


def test_pages_say_what_was_breached_and_what_could_not_be_checked(tmp_path: Path):
    suite = rows_suite(
        "reporting.programme",
        rule("expect_column_values_to_be_unique", name="stands_once", column="name", severity="warning"),
        rule("expect_column_values_to_not_be_null", name="is_there", column="programme_id"),
    )
    index = write_data_docs([run_suite(suite, pd.DataFrame({"name": ["x", "x"]}))], tmp_path)
    overview = " ".join(index.read_text(encoding="utf-8").split())
    assert "stands_once (warning)" in overview
    assert "is_there (critical, not checked)" in overview
    (page,) = tmp_path.glob("validations/**/*.html")
    text = page.read_text(encoding="utf-8")
    assert "Stands once, warning. The canary must not sing." in text
    assert "The rule could not be checked" in text


def test_only_pages_of_the_last_results_are_left_and_nothing_else_is_touched(tmp_path: Path):
    kept = tmp_path / "kept.html"
    kept.write_text("<script>mine</script>", encoding="utf-8")
    write_data_docs([run_suite(OPEN, OPEN_ROWS)], tmp_path)
    write_data_docs([run_suite(RESTRICTED, RESTRICTED_ROWS)], tmp_path)
    assert [page.parts[-5] for page in tmp_path.glob("validations/**/all.html")] == ["fact_comment"]
    assert kept.read_text(encoding="utf-8") == "<script>mine</script>"
    assert {entry.name for entry in tmp_path.iterdir()} == {
        "expectations",
        "index.html",
        "kept.html",
        "validations",
    }


@pytest.mark.heavy
def test_a_fresh_process_imports_great_expectations_only_to_run_and_writes_into_the_folder_alone(
    tmp_path: Path,
):
    """Home, working and temporary folder of the process stay empty, and it prints only what is asked."""
    program = """
import sys
from pathlib import Path
from ccds_pipeline.quality import data_docs, expectations, suite
print("great_expectations" in sys.modules)
from ccds_pipeline_tests.integration.quality.test_expectations import OPEN, OPEN_ROWS
data_docs.write_data_docs([expectations.run_suite(OPEN, OPEN_ROWS)], Path(sys.argv[1]))
print("great_expectations" in sys.modules)
"""
    outside = tmp_path / "outside"
    outside.mkdir()
    environment = dict(os.environ) | dict.fromkeys(("HOME", "TMPDIR"), str(outside))
    command = [sys.executable, "-c", program, str(tmp_path / "docs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=outside, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\nTrue\n", "")
    assert list(outside.rglob("*")) == []
