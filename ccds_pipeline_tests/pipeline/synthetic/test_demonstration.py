"""A demonstration, run through Dagster as ``make run`` does, gives what its generator planted."""

import json
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import frictionless
import pandas as pd
import pytest
import python_calamine
from docx import Document

from ccds_pipeline.exports.power_bi import sort_column
from ccds_pipeline.programme.load import default_programme_file
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline_tests.support.commands import ccds, differences, kpis_without_dagster
from ccds_pipeline_tests.support.paths import TESTS
from ccds_pipeline_tests.support.samples import Sample, samples
from ccds_pipeline_tests.truth.planted import write_truth, write_with_truth

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demonstration") / "data"
    written = ccds("demo", "--data", folder, "--participants", "240", "--seed", "7")
    assert written.returncode == 0, written.stderr
    write_truth(folder / "landing", folder.parent)
    return folder


@pytest.fixture(scope="module")
def first_run(data):
    return ccds("run", "--data", data)


def kpi_rows(data: Path, *options: str) -> list[dict[str, Any]]:
    printed = ccds("kpis", "--data", data, "--format", "json", *options)
    assert printed.returncode == 0, printed.stderr
    rows: list[dict[str, Any]] = json.loads(printed.stdout)
    return rows


def test_the_run_succeeds_prints_the_table_and_says_where_things_are(first_run, data):
    assert first_run.returncode == 0, first_run.stderr
    assert "K05" in first_run.stdout
    assert "> 70%" in first_run.stdout
    for name in ("warehouse.duckdb", "release.duckdb", "report.html", "ccds ui"):
        assert name in first_run.stderr
    assert "Synthetic" in first_run.stderr
    assert "Synthetic" in first_run.stdout
    assert "Traceback" not in first_run.stderr


def test_every_kpi_equals_the_planted_truth_to_the_last_digit(first_run, data):
    assert differences(pd.DataFrame(kpi_rows(data, "--exact")), data.parent / "truth.json") == []


def test_the_first_row_of_a_kpi_is_its_headline_of_the_whole(first_run, data):
    first = {row["kpi_id"]: row for row in reversed(kpi_rows(data))}
    assert {row["breakdown"] for row in first.values()} == {"all"}
    assert all(row["is_headline"] for row in first.values())
    assert (first["K15"]["estimand"], first["K03"]["wave"]) == ("E1", "post")


def test_the_case_study_of_a_small_demonstration_is_refused_where_its_claims_are_not_met(
    first_run, data, tmp_path
):
    target = tmp_path / "story.docx"
    refused = ccds("case-study", "--to", target, "--data", data)
    assert (refused.returncode, target.exists()) == (1, False)
    assert "{trained} people" in refused.stderr
    assert "trained: not met" in refused.stderr
    written = ccds("case-study", "--to", target, "--data", data, "--leave-out")
    assert written.returncode == 0, written.stderr
    text = "\n".join(paragraph.text for paragraph in Document(str(target)).paragraphs)
    assert "Synthetic" in text
    assert "left out of this case study" in text
    assert "(not measured)" in text
    assert "{" not in text


def test_the_ledger_equals_the_planted_account(first_run, data):
    planted = json.loads((data / "landing" / "demonstration.json").read_text())["ledger"]
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT source_id, sum(received_n), sum(loaded_n), sum(duplicate_n), sum(excluded_n), "
            "sum(rejected_n) FROM ops.delivery GROUP BY source_id"
        ).fetchall()
    names = ("received", "loaded", "duplicate", "excluded", "rejected")
    assert {source: dict(zip(names, map(int, counts), strict=True)) for source, *counts in rows} == planted


def test_runs_materialisations_and_checks_are_in_the_instance_of_the_ui(first_run, data):
    with dg.DagsterInstance.from_config(str(data / "dagster")) as instance:
        runs = instance.get_runs()
        assert [(run.job_name, run.status) for run in runs] == [("refresh", dg.DagsterRunStatus.SUCCESS)]
        # Job pages, timeline and run status sensors find a run by its origin.
        assert runs[0].remote_job_origin is not None
        assert runs[0].remote_job_origin.location_name == "ccds_pipeline"
        keys = {key.to_user_string() for key in instance.get_asset_keys()}
        for key in (
            "staging/qualtrics_post",
            "core/fact_answer",
            "kpi/kpi",
            "reporting/kpi",
            "reporting/report",
        ):
            assert key in keys
        latest = instance.get_latest_materialization_event(dg.AssetKey(["core", "fact_answer"]))
        assert latest is not None
        assert latest.asset_materialization is not None
        assert latest.asset_materialization.metadata["dagster/row_count"] != dg.IntMetadataValue(0)


@pytest.mark.heavy
def test_a_second_run_changes_no_kpi_and_stores_no_record_again(first_run, data):
    def records() -> list[int]:
        with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
            tables = ("booking", "attendance", "response", "answer", "comment", "sighting")
            return [
                connection.execute(f"SELECT count(*) FROM staging.{name}").fetchall()[0][0] for name in tables
            ]

    def values() -> list[tuple[object, ...]]:
        rows = kpi_rows(data, "--exact")
        return [tuple(value for name, value in row.items() if name != "run_id") for row in rows]

    before, kpis_before = records(), values()
    again = ccds("run", "--data", data, "--delivery", "2022-02-28")
    assert again.returncode == 0, again.stderr
    assert records() == before
    assert values() == kpis_before


def test_released_counts_are_perturbed_and_small_ones_withheld(first_run, data):
    rows, exact = kpi_rows(data), kpi_rows(data, "--exact")
    key = ("kpi_id", "estimand", "wave", "breakdown", "level")
    known = {tuple(row[name] for name in key): row["denominator"] for row in exact}
    shown = {tuple(row[name] for name in key): row["denominator"] for row in rows if row["unit"] != "records"}
    noise = [count - known[cell] for cell, count in shown.items() if count]
    assert 0.5 < sum(one != 0 for one in noise) / len(noise) < 1
    assert max(map(abs, noise)) <= 10
    assert all(count == 0 or count >= 8 for count in shown.values() if count is not None)
    withheld = [row for row in rows if row["suppressed"]]
    assert withheld
    assert all(row["value"] is None and row["ci_low"] is None and row["met"] is None for row in withheld)


def test_reporting_is_read_by_its_plain_names_and_holds_no_key_of_a_person(first_run, data):
    with duckdb.connect(str(data / "release.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM reporting.kpi").fetchall()[0][0] > 0
        columns = connection.execute("SELECT column_name FROM information_schema.columns").fetchall()
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        views = connection.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall()
    assert sorted(tables) == sorted(("reporting", table.name) for table in tables_of("reporting"))
    assert views == [(0,)]
    assert not [name for (name,) in columns if name.endswith("_key")]
    assert not list(data.glob("*.wal"))


def test_whatever_a_run_leaves_is_for_its_owner_alone(first_run, data):
    """Warehouse, candidate, keys, spill, run folders, Dagster's records, released tables and report."""
    paths = [data, *data.rglob("*")]
    for name in ("warehouse.duckdb", "warehouse.duckdb.spill", "candidate", "demonstration.key", "runs"):
        assert data / name in paths
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in paths}
    assert modes == {(True, 0o700), (False, 0o600)}
    assert not list((data / "runs").iterdir())
    assert not list((data / "warehouse.duckdb.spill").iterdir())


def test_nothing_personal_is_left_outside_of_landing(first_run, data):
    """Names and addresses of the bookings are in no other file, the engine's own files included."""
    people = set()
    for file in (data / "landing" / "eventbrite_bookings").rglob("*.csv"):
        for line in file.read_text(encoding="utf-8-sig").splitlines()[1:]:
            people |= {cell.lower() for cell in line.split(",") if "@" in cell}
    assert len(people) > 50
    for file in data.rglob("*"):
        if file.is_file() and (data / "landing") not in file.parents:
            content = file.read_bytes().lower()
            assert not [person for person in people if person.encode() in content], file.name


@pytest.mark.heavy
@pytest.mark.parametrize(("seed", "participants"), [(2, 600)])
def test_the_pure_pipeline_equals_the_truth_at_other_seeds_and_sizes(tmp_path, seed, participants):
    write_with_truth(tmp_path / "landing", participants=participants, seed=seed)
    kpis = kpis_without_dagster(tmp_path / "landing", tmp_path / "data", default_programme_file())
    assert differences(kpis, tmp_path / "truth.json") == []


def test_the_exports_hold_what_was_released(first_run, data):
    folder, tables = data / "exports", tables_of("reporting")
    package = frictionless.Package(str(folder / "csv" / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type"])[:5]
    assert [resource.name for resource in package.resources] == [table.name for table in tables]
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{data / 'release.duckdb'}' AS r (READ_ONLY)")
        for table in tables:
            name, columns = table.name, ", ".join(table.column_names)
            released = f"SELECT {columns} FROM r.reporting.{name}"
            exported = f"SELECT {columns} FROM '{folder / 'parquet' / name}.parquet'"
            for one, other in ((released, exported), (exported, released)):
                assert connection.execute(f"{one} EXCEPT ALL {other}").fetchall() == []


def test_the_workbook_has_one_marked_table_a_sheet_and_says_what_is_withheld(first_run, data):
    book = python_calamine.CalamineWorkbook.from_path(data / "exports" / "xlsx" / "release.xlsx")
    rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert book.sheet_names[:4] == ["Cover", "Contents", "Charts", "Notes"]
    assert "Synthetic" in str(rows["Cover"])
    with duckdb.connect(str(data / "release.duckdb"), read_only=True) as connection:
        counted = "SELECT count(*), count(*) FILTER (WHERE suppressed) FROM reporting.reach"
        ((all_n, withheld),) = connection.execute(counted).fetchall()
    cells = rows["People reached"][5:]
    assert len(cells) == all_n
    assert sum("[c]" in row for row in cells) == withheld
    with zipfile.ZipFile(data / "exports" / "xlsx" / "release.xlsx") as file:
        sheets = [name for name in file.namelist() if name.startswith("xl/tables/")]
        charts = [name for name in file.namelist() if name.startswith("xl/charts/chart")]
    assert len(sheets) == len(book.sheet_names) - 3  # cover, charts and notes have none
    assert len(charts) == 3


def test_a_label_of_the_power_bi_model_has_one_place(first_run, data):
    """Power BI refuses a label that is sorted by a column with several values for it."""
    with duckdb.connect(str(data / "release.duckdb"), read_only=True) as connection:
        for table in tables_of("reporting"):
            for name in table.column_names:
                order = sort_column(table, name)
                if order in table.column_names:
                    places = f"SELECT count(DISTINCT {order}) FROM {table.full_name} GROUP BY {name}"
                    assert {(1,)}.issuperset(connection.execute(places).fetchall()), (table.name, name)


RENAMED = {
    "Email Address": "Mail",
    "How have you used what you learned?": "In what way did you use what you have learned?",
}


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: f"{sample.page}-{sample.name}")
def test_every_sample_of_the_documents_is_what_the_command_prints(first_run, data, tmp_path, sample: Sample):
    # Tables of organisations change what is outstanding for the others.
    folder = tmp_path if sample.name == "organisations" else data.parent
    (export,) = (data / "landing" / "surveymonkey_follow_up" / "2022-06-30").glob("*.csv")
    written = export.read_text(encoding="utf-8")
    (folder / "export.csv").write_text(written, encoding="utf-8")
    for name, new in RENAMED.items():
        written = written.replace(name, new)
    (folder / "renamed.csv").write_text(written, encoding="utf-8")
    shutil.copy(TESTS / "data" / "samples" / "organisations.csv", folder)
    assert sample.name, f"{sample.page} has a sample that no test runs"
    for step in sample.steps:
        printed = ccds(*step.arguments, cwd=folder)
        assert step.describes(printed.stdout + printed.stderr), printed.stdout + printed.stderr
