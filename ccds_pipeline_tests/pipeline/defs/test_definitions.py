"""The graph that Dagster shows: it loads, is complete, and cannot change by accident."""

import ast
from pathlib import Path

import dagster as dg
import pytest

import ccds_pipeline
from ccds_pipeline.definitions import defs
from ccds_pipeline.defs.expectations import broken_rules_table
from ccds_pipeline.quality.expectations import Outcome
from ccds_pipeline.quality.suite import load_suites

PACKAGE = Path(ccds_pipeline.__file__).parent
GROUPS = {"landing", "staging", "core", "kpi", "reporting", "dashboards"}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return defs()


def test_the_definitions_load(definitions):
    dg.Definitions.validate_loadable(definitions)


def test_the_graph_is_as_it_was(definitions, snapshot):
    graph = definitions.resolve_asset_graph()
    specs = {
        spec.key.to_user_string(): {
            "group": spec.group_name,
            "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "partitioned": spec.partitions_def is not None,
        }
        for spec in definitions.resolve_all_asset_specs()
    }
    checks = sorted(
        (key.to_user_string(), "blocking" if graph.get(key).blocking else "not blocking")
        for key in graph.asset_check_keys
    )
    schedules = {
        schedule.name: (schedule.cron_schedule, schedule.execution_timezone)
        for schedule in definitions.schedules or []
    }
    assert {
        "assets": specs,
        "checks": checks,
        "jobs": sorted(job.name for job in definitions.jobs or []),
        "schedules": schedules,
        "sensors": sorted(sensor.name for sensor in definitions.sensors or []),
    } == snapshot


def test_every_asset_is_described_owned_grouped_and_zoned(definitions):
    for spec in definitions.resolve_all_asset_specs():
        assert spec.group_name in GROUPS, spec.key
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.tags["zone"] in {"personal", "restricted", "public"}, spec.key


def test_sources_and_kpis_have_the_owners_of_the_programme_file(definitions):
    owners = {spec.key.to_user_string(): list(spec.owners) for spec in definitions.resolve_all_asset_specs()}
    assert owners["landing/forms_pre"] == owners["staging/forms_pre"] == ["team:surveys"]
    assert owners["kpi/kpi"] == owners["reporting/kpi_headline"] == ["team:contract"]
    assert owners["core/fact_answer"] == ["team:data-engineering"]


def test_a_check_that_fails_lists_its_rules_with_the_reasons():
    suite = next(suite for suite in load_suites("core") if suite.name == "core.dim_wave")
    outcomes = [
        Outcome(rule.rule, rule.severity, passed=False, raised=False, observed=None)
        for rule in suite.expectations
    ]
    table = broken_rules_table(suite, outcomes)
    assert [record.data["rule"] for record in table.records] == [rule.rule for rule in suite.expectations]
    assert [record.data["why"] for record in table.records] == [rule.why for rule in suite.expectations]


def test_every_job_schedule_and_sensor_is_described(definitions):
    repository = definitions.get_repository_def()
    parts = [*definitions.jobs, *repository.schedule_defs, *repository.sensor_defs]
    assert [part.name for part in parts if not part.description] == []


def test_no_link_leads_to_a_file_of_the_server():
    for path in (PACKAGE / "defs").glob("*.py"):
        assert "as_uri" not in path.read_text(encoding="utf-8"), path.name


def test_every_table_shows_its_columns_with_meaning(definitions):
    tables = [spec for spec in definitions.resolve_all_asset_specs() if "dagster/table_name" in spec.metadata]
    assert len(tables) > 30
    for spec in tables:
        schema = spec.metadata["dagster/column_schema"]
        assert all(column.description for column in schema.columns), spec.key


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_only_the_definitions_import_dagster():
    allowed = PACKAGE / "definitions.py"
    outside = [
        path for path in PACKAGE.rglob("*.py") if PACKAGE / "defs" not in path.parents and path != allowed
    ]
    assert [path.name for path in outside if "dagster" in imports_of(path)] == []


def test_only_the_command_imports_the_definitions():
    rooms = {PACKAGE / "defs", PACKAGE / "cli", PACKAGE / "definitions.py"}
    outside = [path for path in PACKAGE.rglob("*.py") if not rooms & {path, *path.parents}]
    named = [path.name for path in outside if "ccds_pipeline.defs" in path.read_text(encoding="utf-8")]
    assert named == []
