"""Each rule of the suites holds of good tables, and is the one that fails where its fault is planted."""

from collections.abc import Iterator

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.quality.expectations import SuiteResult, check_suite, read_for_suite, run_suite
from ccds_pipeline.quality.suite import Suite, for_programme, load_suites
from ccds_pipeline_tests.support.quality_faults import FAULTS
from ccds_pipeline_tests.support.quality_programmes import CCDS, SURVEYS_ONLY
from ccds_pipeline_tests.support.quality_tables import good_tables

SUITES = {suite.name: suite for schema in ("core", "reporting") for suite in load_suites(schema)}
# What a programme of two surveys leaves behind: nobody booked or attended, no response is linked.
SURVEYS_ONLY_TABLES = """
DELETE FROM core.dim_session;
DELETE FROM core.dim_phase;
DELETE FROM core.dim_participant;
DELETE FROM core.dim_organisation;
DELETE FROM core.dim_facilitator;
DELETE FROM core.session_facilitator;
DELETE FROM core.dim_breakdown;
DELETE FROM core.booking_holder;
DELETE FROM core.shared_address;
DELETE FROM core.session_evidence;
DELETE FROM core.presence;
DELETE FROM core.fact_booking;
DELETE FROM core.fact_attendance;
DELETE FROM core.dim_kpi WHERE kpi_id <> 'K07';
DELETE FROM core.dim_wave WHERE wave = 'follow_up';
DELETE FROM core.fact_answer WHERE response_key LIKE 'follow_up%';
DELETE FROM core.fact_response WHERE wave = 'follow_up';
UPDATE core.fact_response
    SET participant_key = NULL, respondent_key = NULL, session_code = NULL, link_tier = 'none',
        link_outcome = 'unmatched';
DELETE FROM core.response_identity;
DELETE FROM core.coded_response;
DELETE FROM core.near_code_link;
DELETE FROM reporting.kpi WHERE kpi_id <> 'K07' OR breakdown <> 'all';
DELETE FROM reporting.dim_kpi WHERE kpi_id <> 'K07';
DELETE FROM reporting.kpi_headline WHERE kpi_id <> 'K07';
DELETE FROM reporting.kpi_by_group WHERE kpi_id <> 'K07' OR breakdown <> 'all';
DELETE FROM reporting.data_status WHERE source_id NOT IN ('forms_pre', 'qualtrics_post');
UPDATE reporting.data_status SET source_id = CASE source_id WHEN 'forms_pre' THEN 'before' ELSE 'after' END;
"""


@pytest.fixture(scope="module")
def database() -> Iterator[sa.Connection]:
    with good_tables() as connection:
        yield connection


@pytest.fixture
def tables(database: sa.Connection) -> Iterator[sa.Connection]:
    """The good tables; what a test plants is gone afterwards."""
    yield database
    database.rollback()


def check(connection: sa.Connection, suite: Suite) -> SuiteResult:
    return run_suite(suite, read_for_suite(connection, suite))


@pytest.mark.parametrize("name", SUITES)
def test_no_suite_passes_on_an_empty_table_unless_it_says_why_that_may_be(name, tables):
    suite = for_programme(SUITES[name], CCDS)
    schema, _, table = suite.table.partition(".")
    tables.execute(sa.text("DELETE FROM {}.{}".format(schema, table)))  # noqa: UP032  # from the register
    result = check_suite(tables, suite)
    assert (result.state in {"failed", "not evaluated"}) != bool(suite.may_be_empty)


@pytest.mark.parametrize("name", ["core.fact_answer", "core.fact_attendance", "core.dim_session"])
def test_an_empty_table_stops_nothing_as_long_as_its_sources_have_brought_no_record(name, tables):
    suite = for_programme(SUITES[name], CCDS)
    for table in (suite.table, "core.current_record"):
        tables.execute(sa.text(f"DELETE FROM {table}"))
    awaited = check_suite(tables, suite)
    assert "has_rows" in broken_rules(awaited)
    assert awaited.passed
    sources = ", ".join(f"('{source}')" for source in suite.filled_by)
    tables.execute(sa.text(f"INSERT INTO ops.rejected_row (source_id) VALUES {sources}"))
    assert not check_suite(tables, suite).passed


def broken_rules(result: SuiteResult) -> list[str]:
    return [outcome.rule for outcome in result.outcomes if not outcome.passed]


def only(suite: Suite, rule: str) -> Suite:
    rules = tuple(expectation for expectation in suite.expectations if expectation.rule == rule)
    return suite.model_copy(update={"expectations": rules})


@pytest.mark.parametrize("name", sorted(SUITES))
def test_every_rule_holds_of_good_tables(tables: sa.Connection, name: str):
    result = check(tables, for_programme(SUITES[name], CCDS))
    assert broken_rules(result) == []
    assert not any(outcome.raised for outcome in result.outcomes)
    assert result.passed


def test_every_rule_has_a_fault_that_breaks_it():
    rules = {name: {rule.rule for rule in suite.expectations} for name, suite in SUITES.items()}
    assert {name: set(faults) for name, faults in FAULTS.items()} == rules


def plant(connection: sa.Connection, suite: Suite, rule: str) -> None:
    connection.execute(sa.text(FAULTS[suite.name][rule].format(table=suite.table)))


@pytest.mark.parametrize(
    ("name", "rule"),
    [(name, rule) for name, faults in FAULTS.items() if SUITES[name].reads == "rows" for rule in faults],
)
def test_a_rule_about_rows_fails_where_its_fault_is_planted(tables: sa.Connection, name: str, rule: str):
    suite = only(for_programme(SUITES[name], CCDS), rule)
    plant(tables, suite, rule)
    (outcome,) = check(tables, suite).outcomes
    assert not outcome.passed
    assert not outcome.raised


@pytest.mark.parametrize("name", [name for name, suite in SUITES.items() if suite.reads == "counts"])
def test_each_rule_about_a_count_fails_where_its_fault_is_planted(tables: sa.Connection, name: str):
    """Each count is taken where its own rule's fault alone is planted; then all are judged at once."""
    suite = for_programme(SUITES[name], CCDS)
    counts = {}
    for expectation in suite.expectations:
        (column,) = expectation.columns
        plant(tables, suite, expectation.rule)
        counts[column] = read_for_suite(tables, suite)[column]
        tables.rollback()
    result = run_suite(suite, pd.DataFrame(counts))
    assert broken_rules(result) == [expectation.rule for expectation in suite.expectations]
    assert not any(outcome.raised for outcome in result.outcomes)


@pytest.mark.parametrize("name", [name for name, suite in SUITES.items() if suite.reads == "counts"])
def test_every_count_has_a_rule(tables: sa.Connection, name: str):
    suite = for_programme(SUITES[name], CCDS)
    assert set(read_for_suite(tables, suite).columns) == set(SUITES[name].columns)


def test_a_programme_of_surveys_alone_passes_every_rule(tables: sa.Connection):
    for statement in SURVEYS_ONLY_TABLES.strip().split(";\n"):
        tables.execute(sa.text(statement.rstrip(";")))
    results = [check(tables, for_programme(suite, SURVEYS_ONLY)) for suite in SUITES.values()]
    broken = {result.suite.name: broken_rules(result) for result in results if broken_rules(result)}
    assert broken == {}


def test_a_warning_does_not_fail_the_suite_and_a_critical_breach_does(tables: sa.Connection):
    suite = for_programme(SUITES["core.fact_booking"], CCDS)
    tables.execute(sa.text("UPDATE core.fact_booking SET status = 'cancelled'"))
    warned = check(tables, suite)
    assert broken_rules(warned) == ["cancellations_are_usual"]
    assert warned.passed
    tables.execute(sa.text("DELETE FROM core.dim_organisation"))
    assert not check(tables, suite).passed


def test_the_allowed_gap_of_rounded_accounts_is_not_a_breach(tables: sa.Connection):
    """Received 101, loaded 98, one of each other: 100 = 100 + 5 + 5 + 5 as released."""
    tables.execute(
        sa.text(
            "UPDATE reporting.data_status SET received_n = 100, loaded_n = 100, "
            "duplicate_n = 5, excluded_n = 5, rejected_n = 5"
        )
    )
    assert broken_rules(check(tables, for_programme(SUITES["reporting.data_status.accounts"], CCDS))) == []
