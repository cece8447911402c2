"""What a complete source no longer delivers leaves the figures, is counted, and comes back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import readable
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.select_files import select_frame
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT, first_answer

COMPLETE = PROGRAMME_TEXT.replace("  - id: first\n", "  - id: first\n    complete: true\n")
FIRST, SECOND, THIRD = "2022-04-01", "2022-04-02", "2022-04-03"
PEOPLE = [f"p{number}" for number in range(10)]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """A warehouse with an export of ten responses, and one of the first three of them."""
    warehouse = Loaded(tmp_path)
    for day, people in ((FIRST, PEOPLE), (SECOND, PEOPLE[:3])):
        warehouse.deliver("first", day, HEADERS["first"], [first_answer(one, 5) for one in people])
        warehouse.load("first", day, programme=COMPLETE)
    return warehouse


def current(loaded: Loaded, programme: str = COMPLETE) -> list[str]:
    return [row["who"] for row in loaded.current_scores(PEOPLE, programme=programme)]


def withdrawn_n(loaded: Loaded, as_of: str, programme: str = COMPLETE) -> list[int]:
    day = date.fromisoformat(as_of)
    with open_warehouse(loaded.warehouse) as engine:
        refresh_core(engine, parse_programme(programme, place="small.yaml"), Basis(day, "test"))
        nothing = pd.DataFrame({"source_id": ["none"], "outstanding_n": [0]}).iloc[:0]
        with engine.connect() as connection, readable(connection, "outstanding", nothing):
            status = select_frame(connection, table_of("reporting.data_status"), parameters={"as_of": day})
    return status["withdrawn_n"].tolist()


def test_declaring_a_source_complete_needs_no_second_load(loaded):
    assert current(loaded, PROGRAMME_TEXT) == PEOPLE
    assert current(loaded, COMPLETE) == PEOPLE[:3]


def test_readers_are_told_how_many_are_withdrawn_rounded_as_of_the_release(loaded):
    assert withdrawn_n(loaded, SECOND) == [5]
    assert withdrawn_n(loaded, FIRST) == [0]
    assert withdrawn_n(loaded, SECOND, PROGRAMME_TEXT) == [0]


def test_rows_with_two_contents_withdraw_nobody_and_keep_the_earlier_version(loaded):
    rows = [first_answer(one, score) for one in PEOPLE[:3] for score in (6, 7)]
    loaded.deliver("first", THIRD, HEADERS["first"], rows)
    account = loaded.load("first", THIRD, programme=COMPLETE)
    assert (account.rejected, account.withdrawn) == (6, 0)
    assert [row["sure"] for row in loaded.current_scores(PEOPLE, programme=COMPLETE)] == [5, 5, 5]


def test_a_row_without_its_key_shows_nobody(loaded):
    loaded.deliver("first", THIRD, HEADERS["first"], [",p0@example.org,S-1,2022-03-10 08:00,5"])
    account = loaded.load("first", THIRD, programme=COMPLETE)
    assert (account.rejected, account.withdrawn, current(loaded)) == (1, 3, [])
    assert loaded.query("SELECT * FROM staging.rejected_record") == []


def test_a_delivery_that_comes_again_with_the_rows_shows_them_again(loaded):
    loaded.deliver("first", SECOND, HEADERS["first"], [first_answer(one, 5) for one in PEOPLE])
    assert loaded.load("first", SECOND, programme=COMPLETE).withdrawn == 0
    assert current(loaded) == PEOPLE
    assert loaded.query("SELECT DISTINCT delivery_on, until_on FROM staging.sighting") == [
        (date(2022, 4, 1), date(2022, 4, 2))
    ]
