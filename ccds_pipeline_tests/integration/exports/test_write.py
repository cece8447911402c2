"""Exports are written whole or not at all, and say where they are from."""

from __future__ import annotations

import json

import frictionless
import pyarrow.parquet as pq
import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.exports import write
from ccds_pipeline.exports.write import FORMS, export
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline_tests.support.released_database import write_released_database

NOTE = "Invented."


@pytest.fixture
def released(tmp_path):
    return write_released_database(tmp_path / "release.duckdb", note=NOTE)


def test_every_form_says_where_the_figures_are_from_and_what_is_withheld(released, tmp_path):
    export(released, tmp_path / "out", list(FORMS))
    parquet = pq.read_schema(tmp_path / "out" / "parquet" / "kpi.parquet")
    package = json.loads((tmp_path / "out" / "csv" / "datapackage.json").read_text(encoding="utf-8"))
    text = (tmp_path / "out" / "markdown" / "release.md").read_text(encoding="utf-8")
    for said in (parquet.metadata[b"notes"].decode(), package["description"], text):
        assert "release release-7" in said
        assert "withheld" in said
        assert NOTE in said
    meaning = table_of("reporting.kpi").columns[0].description
    assert parquet.field(0).metadata[b"description"].decode() == meaning


def test_the_data_package_describes_its_files(released, tmp_path):
    export(released, tmp_path / "out", ["csv"])
    report = frictionless.Package(str(tmp_path / "out" / "csv" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type"])[:5]


def test_nothing_is_exported_before_a_release(tmp_path):
    with pytest.raises(ConfigurationError, match="release_exists"):
        export(tmp_path / "release.duckdb", tmp_path / "out", ["csv"])
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_written_leaves_the_earlier_export_as_it_was(released, tmp_path, monkeypatch):
    def full(content, folder):
        (folder / "half.csv").write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    out = tmp_path / "out"
    export(released, out, ["csv", "markdown"])
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    monkeypatch.setattr(write, "FORMS", {**FORMS, "markdown": full})
    with pytest.raises(ConfigurationError, match="No space left on device"):
        export(released, out, ["csv", "markdown"])
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_file_in_place_of_the_folder_is_told(released, tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="export_is_writable"):
        export(released, tmp_path / "out", ["csv"])
