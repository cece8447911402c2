"""Exports are written whole or not at all, and say where they are from."""

from __future__ import annotations

import json
from pathlib import Path

import frictionless
import pyarrow.parquet as pq
import pytest

from ccds_pipeline.errors import BusyError, ConfigurationError
from ccds_pipeline.exports import write
from ccds_pipeline.exports.write import FORMS, export, is_export_of
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


@pytest.mark.parametrize("place", ["out", "out/csv"])
def test_a_file_in_place_of_a_folder_is_told(released, tmp_path, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="a file is where a folder should be") as caught:
        export(released, tmp_path / "out", ["csv"])
    assert caught.value.place == str(tmp_path / place)


def test_what_an_export_no_longer_writes_goes_and_what_others_put_there_stays(
    released, tmp_path, monkeypatch
):
    def two(content, folder):
        (folder / "old" / "deep").mkdir(parents=True)
        (folder / "old" / "deep" / "kpi.csv").write_text("1", encoding="utf-8")
        (folder / "kept.csv").write_text("1", encoding="utf-8")

    def one(content, folder):
        (folder / "kept.csv").write_text("2", encoding="utf-8")

    out = tmp_path / "out"
    monkeypatch.setattr(write, "FORMS", {"csv": two})
    export(released, out, ["csv"])
    (out / "csv" / "mine.csv").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(write, "FORMS", {"csv": one})
    export(released, out, ["csv"])
    assert sorted(path.name for path in out.rglob("*")) == ["csv", "kept.csv", "mine.csv", "release.txt"]
    assert (out / "csv" / "kept.csv").read_text(encoding="utf-8") == "2"


def test_a_list_that_names_what_is_elsewhere_removes_nothing(released, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("mine", encoding="utf-8")
    export(released, tmp_path / "out", ["markdown"])
    with (tmp_path / "out" / "markdown" / "release.txt").open("a", encoding="utf-8") as mark:
        mark.write(f"../../other.csv\n{other}\n")
    export(released, tmp_path / "out", ["markdown"])
    assert other.exists()


def test_an_interrupted_export_is_of_no_release_and_the_next_one_leaves_nothing_of_it(
    released, tmp_path, monkeypatch
):
    def many(content, folder):
        for name in ("a.csv", "b.csv"):
            (folder / name).write_text("of another release", encoding="utf-8")

    out = tmp_path / "out"
    monkeypatch.setattr(write, "FORMS", {"csv": FORMS["markdown"]})
    export(released, out, ["csv"])
    assert is_export_of(out, "release-7")
    monkeypatch.setattr(write, "FORMS", {"csv": many})
    move = Path.replace

    def stopped(self, target):
        if self.name == "b.csv":
            raise KeyboardInterrupt
        return move(self, target)

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        export(released, out, ["csv"])
    monkeypatch.setattr(Path, "replace", move)
    monkeypatch.setattr(write, "FORMS", {"csv": FORMS["markdown"]})
    assert not is_export_of(out, "release-7")
    export(released, out, ["csv"])
    assert sorted(path.name for path in (out / "csv").iterdir()) == ["release.md", "release.txt"]


@pytest.mark.parametrize("kept", ["open", "read-only", "leftover"])
def test_what_is_open_or_read_only_leaves_every_form_as_it_was(released, tmp_path, monkeypatch, kept):
    out = tmp_path / "out"
    export(released, out, ["csv", "xlsx"])
    book = out / "xlsx" / "release.xlsx"
    if kept == "read-only":
        book.chmod(0o444)
    else:
        book.with_name(".~lock.release.xlsx#").touch()
    if kept == "leftover":
        monkeypatch.setattr(write, "FORMS", {**FORMS, "xlsx": FORMS["markdown"]})
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises((BusyError, ConfigurationError), match=r"release\.xlsx"):
        export(released, out, ["csv", "xlsx"])
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
