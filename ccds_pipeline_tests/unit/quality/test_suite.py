"""Suites as files: what is read from them, and what is refused with file and field."""

from pathlib import Path

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.quality.suite import for_programme, load_suites, read_suite
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline_tests.support.quality_programmes import CCDS, SURVEYS_ONLY

VALID = """
table: core.dim_wave
reads: rows
expectations:
  - rule: key_is_unique
    type: expect_column_values_to_be_unique
    kwargs: {column: wave}
    severity: critical
    why: A wave stands once.
"""
COUNTS = """
-- Grain: one row of counts over core.fact_answer.
-- rule: key_is_unique | critical | repeated_keys_n <= 0
--   An answer stands once.
-- rule: most_are_there | warning | answered_share >= 0.5 | with bookings, attendance
--   Half of them are.
SELECT 1 AS repeated_keys_n
"""


def suite_file(folder: Path, text: str) -> Path:
    file = folder / "core.dim_wave.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_table_of_core_and_reporting_has_a_suite():
    covered = {suite.table for schema in ("core", "reporting") for suite in load_suites(schema)}
    assert covered == {table.full_name for table in (*tables_of("core"), *tables_of("reporting"))}


def test_a_restricted_table_is_read_as_counts_and_never_row_by_row():
    suites = [suite for schema in ("core", "reporting") for suite in load_suites(schema)]
    assert {suite.reads for suite in suites if suite.is_restricted} == {"counts"}


def test_a_suite_for_rows_names_only_the_columns_that_its_rules_read():
    suite = next(suite for suite in load_suites("reporting") if suite.name == "reporting.data_status")
    assert suite.columns == ["source_id", "last_delivery_on", "refused_files_n"]


@pytest.mark.parametrize(
    ("wrong", "right", "field"),
    [
        ("severity: critical", "severity: fatal", "expectations.0.severity"),
        ("type: expect_column", "type: column", "expectations.0.type"),
        ("why: A wave stands once.", "why: ''", "expectations.0.why"),
        ("reads: rows", "reads: everything", "reads"),
        ("table: core.dim_wave", "table: core.dim_tide", "core.dim_tide"),
        ("kwargs: {column: wave}", "kwargs: {column: tide}", "tide"),
        ("kwargs: {column: wave}", "kwargs: {column: wave, value_set: $tides}", "$tides"),
        ("reads: rows", "reads: counts", "wave is neither a count"),
        ("severity: critical", "severity: critical\n    extra: 1", "expectations.0.extra"),
    ],
)
def test_a_wrong_suite_is_refused_with_file_and_field(tmp_path: Path, wrong: str, right: str, field: str):
    file = suite_file(tmp_path, VALID.replace(wrong, right))
    if field.startswith("wave is"):
        file = file.rename(tmp_path / "core.fact_answer.yaml")
    with pytest.raises(ConfigurationError) as refused:
        read_suite(file)
    assert file.name in str(refused.value)
    assert field in str(refused.value)


def test_counts_without_a_statement_are_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"there is no sql/quality/core.dim_wave.sql"):
        read_suite(suite_file(tmp_path, VALID.replace("rows", "counts")))


def test_rules_above_a_select_are_limits_of_what_it_counts(tmp_path: Path):
    (tmp_path / "core.fact_answer.sql").write_text(COUNTS, encoding="utf-8")
    suite = read_suite(tmp_path / "core.fact_answer.sql")
    unique, most = suite.expectations
    assert (suite.name, suite.table, suite.reads) == ("core.fact_answer", "core.fact_answer", "counts")
    assert (unique.rule, unique.severity, unique.why) == (
        "key_is_unique",
        "critical",
        "An answer stands once.",
    )
    assert unique.kwargs == {"column": "repeated_keys_n", "max_value": 0}
    assert most.kwargs == {"column": "answered_share", "min_value": 0.5}
    assert (unique.only_with, most.only_with) == ((), ("bookings", "attendance"))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("<= 0", "< 0"),
        ("<= 0", "<= none"),
        ("| critical | repeated", "| repeated"),
        ("--   An answer stands once.\n", ""),
        ("rule: key", "rule key"),
    ],
)
def test_a_rule_above_a_select_that_is_written_otherwise_is_refused(tmp_path: Path, wrong: str, right: str):
    file = tmp_path / "core.fact_answer.sql"
    file.write_text(COUNTS.replace(wrong, right), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="a rule is not written as") as refused:
        read_suite(file)
    assert file.name in str(refused.value)


def test_a_rule_that_stands_twice_is_refused(tmp_path: Path):
    rule = VALID[VALID.index("  - rule") :]
    with pytest.raises(ConfigurationError, match="key_is_unique is given twice"):
        read_suite(suite_file(tmp_path, VALID + rule))


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="is not a YAML mapping"):
        read_suite(suite_file(tmp_path, "- [broken"))
    with pytest.raises(ConfigurationError, match="is not a YAML mapping"):
        read_suite(suite_file(tmp_path, "just text"))


def test_a_schema_without_suites_is_refused():
    with pytest.raises(ConfigurationError, match="no expectation suite for schema staging"):
        load_suites("staging")


def test_rules_about_bookings_apply_only_to_a_programme_that_has_them():
    suite = next(suite for suite in load_suites("core") if suite.name == "core.fact_booking")

    def rules_of(programme: Programme) -> set[str]:
        return {expectation.rule for expectation in for_programme(suite, programme).expectations}

    assert rules_of(CCDS) - rules_of(SURVEYS_ONLY) == {"has_rows"}


def test_parameters_of_the_programme_stand_in_its_rules():
    suite = next(suite for suite in load_suites("core") if suite.name == "core.dim_kpi")
    rule = for_programme(suite, SURVEYS_ONLY).expectations[1]
    assert rule.kwargs["value_set"] == ["K07"]
