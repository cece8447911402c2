"""Archives and keys of answer codes through a whole ingest: every file and line in the ledger's account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from upath import UPath

from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.delivered_files import FIXTURES
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.paths import DATA
from ccds_pipeline_tests.support.source_variants import as_zip

KEY = PSEUDONYMISER
LEDGER = (
    "SELECT file_number, status, received_n, loaded_n, excluded_n, lines_n, other_lines_n "
    "FROM ops.delivery ORDER BY file_number"
)


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., list[tuple[object, ...]]]:
    """Load the files of a delivery, and return its ledger."""

    def load(source_id: str, *files: Path) -> list[tuple[object, ...]]:
        programme = load_programme(DATA / "mappings.yaml")
        ingest = Ingest(programme, "digest", KEY, tmp_path / "runs")
        delivery = Delivery(source_id, date(2022, 3, 2), tuple(UPath(file) for file in files))
        with open_warehouse(tmp_path / "w.duckdb") as engine:
            ingest.load(engine, delivery)
            with engine.connect() as connection:
                rows = connection.execute(sa.text(LEDGER)).all()
        assert list((tmp_path / "runs").iterdir()) == []  # nothing personal is left
        return [tuple(row) for row in rows]

    return load


def test_a_key_is_loaded_without_a_record_and_the_responses_use_it(loaded):
    rows = loaded("jisc", FIXTURES / "jisc_key.csv", FIXTURES / "jisc_responses.csv")
    assert rows == [(1, "loaded", 0, 0, 0, 17, 17), (2, "loaded", 2, 1, 1, 3, 1)]


def test_responses_without_the_key_that_the_source_needs_are_refused(loaded):
    rows = loaded("jisc", FIXTURES / "jisc_responses.csv")
    assert [row[:2] for row in rows] == [(1, "refused")]


def test_an_archive_is_one_file_of_the_ledger(loaded, tmp_path):
    events = [FIXTURES / "eventbrite_event_700000000001.csv", FIXTURES / "eventbrite_event_700000000002.csv"]
    rows = loaded("eventbrite_zip", as_zip(tmp_path, events))
    assert rows == [(1, "loaded", 3, 3, 0, 5, 2)]


def test_a_wrong_archive_takes_no_other_file_down(loaded, tmp_path):
    wrong = as_zip(tmp_path, [FIXTURES / "typeform.csv"])
    (tmp_path / "second").mkdir()
    right = as_zip(tmp_path / "second", [FIXTURES / "eventbrite_event_700000000001.csv"])
    rows = loaded("eventbrite_zip", wrong, right)
    assert [row[:4] for row in rows] == [(1, "refused", 0, 0), (2, "loaded", 2, 2)]
