"""No check of the graph passes where nothing was delivered, computed or measured."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from ccds_pipeline.definitions import defs
from ccds_pipeline.defs.loaded import CANDIDATE_KEY
from ccds_pipeline.quality.suite import load_suites
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_tables, create_warehouse
from ccds_pipeline_tests.support.rights_scenario import KEY

MAY_BE_EMPTY = {
    suite.name for schema in ("core", "reporting") for suite in load_suites(schema) if suite.may_be_empty
}


def make_installation_with_nothing(folder: Path) -> None:
    """Make every table, empty, and a landing folder with nothing in it."""
    settings = Settings(data_dir=folder)
    (folder / "landing").mkdir()
    (folder / "landing" / "demonstration.json").write_text('{"synthetic": true}', encoding="utf-8")
    with open_warehouse(settings.warehouse_file) as engine, engine.begin() as connection:
        create_warehouse(connection)
        create_tables(connection, [*tables_of("core"), *tables_of("kpi")])
    with open_warehouse(settings.candidate_file) as engine, engine.begin() as connection:
        create_tables(connection, tables_of("reporting"))


def test_no_check_passes_on_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CCDS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY.hex())
    make_installation_with_nothing(tmp_path)
    selection = dg.AssetSelection.groups("staging") | dg.AssetSelection.all_asset_checks()
    job = dg.define_asset_job("everything", selection)
    found = dg.Definitions.merge(defs(), dg.Definitions(jobs=[job]))
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    result = found.resolve_job_def("everything").execute_in_process(quiet, raise_on_error=False)
    checks = result.get_asset_check_evaluations()
    passed = {name_of(check) for check in checks if check.passed}
    assert passed == MAY_BE_EMPTY
    # A step that fails says nothing of its checks, which is no success either.
    everything = found.resolve_asset_graph().asset_check_keys
    of_candidate = {"reporting.release_gate", "reporting.shares_are_unbiased"}
    failed = of_candidate | {f"kpi.contract_{kpi}_is_met" for kpi in ("K05", "K19")}
    of_readers = [key for key in everything if is_of_readers(key)]
    assert len(of_readers) == len(load_suites("reporting"))
    assert len(checks) + len(failed) + len(of_readers) == len(everything)


def is_of_readers(key: dg.AssetCheckKey) -> bool:
    """Whether a check reads the release itself, which is not there."""
    return key.asset_key.path[0] == "reporting" and key.asset_key != CANDIDATE_KEY


def name_of(check: dg.AssetCheckEvaluation) -> str:
    """Return the name of the suite that a check runs, or that of another check after its schema."""
    schema, table = check.asset_key.path[0], check.asset_key.path[-1]
    aspect = check.check_name.removesuffix("expectations").rstrip("_")
    if check.check_name == aspect:
        return f"{schema}.{aspect}"
    if schema == "reporting":
        return f"{schema}.{aspect}"
    return ".".join(part for part in (schema, table, aspect) if part)
