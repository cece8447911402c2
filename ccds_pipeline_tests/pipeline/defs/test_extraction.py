"""Extraction from a database as asset, job and schedule."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from ccds_pipeline.definitions import defs
from ccds_pipeline.defs.described import value_free_failures
from ccds_pipeline.errors import UnreachableError
from ccds_pipeline.ingest.extract import FILE_NAME
from ccds_pipeline_tests.support.booking_database import FIRST, PROGRAMME_TEXT


def test_an_unreachable_database_is_retried_by_the_bounded_policy():
    with pytest.raises(dg.Failure) as failure, value_free_failures():
        raise UnreachableError("away", remedy="Try again.", rule="database_reachable")
    assert failure.value.allow_retries
    assert failure.value.metadata["exit_code"].value == 4


def test_a_source_with_a_database_is_an_asset_with_a_job_and_a_schedule(
    source, insert, tmp_path, monkeypatch
):
    insert(1, FIRST)
    (tmp_path / "database.yaml").write_text(PROGRAMME_TEXT)
    monkeypatch.setenv("CCDS_PROGRAMME", str(tmp_path / "database.yaml"))
    monkeypatch.setenv("CCDS_DATA_DIR", str(tmp_path))
    (tmp_path / "landing").mkdir()
    definitions = defs()
    assert definitions.resolve_schedule_def("extract_at_0430").job_name == "extract"
    assert definitions.resolve_job_def("extract").execute_in_process().success
    assert len(delivered(tmp_path, datetime.now(UTC).date())) == 1


def delivered(folder: Path, day: date) -> list[dict[str, str]]:
    with (folder / "landing" / "places" / day.isoformat() / FILE_NAME).open(newline="") as text:
        return list(csv.DictReader(text))
