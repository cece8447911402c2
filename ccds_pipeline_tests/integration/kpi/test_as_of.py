"""What was known on an earlier day comes out again after later deliveries."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.kpi.as_of import read_kpis_as_of
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.synthetic.demonstration import write_demonstration
from ccds_pipeline_tests.support.commands import kpis_without_dagster

JUNE = date(2022, 6, 30)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("as_of") / "landing"
    write_demonstration(folder, participants=80, seed=3)
    return folder


@pytest.fixture(scope="module")
def everything(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("everything")
    kpis_without_dagster(landing, data, default_programme_file())
    return data / "warehouse.duckdb"


def published_in_june(landing: Path, folder: Path) -> pd.DataFrame:
    """Return the KPIs of a warehouse that never saw a later delivery."""
    early = folder / "landing"
    shutil.copytree(landing, early)
    for delivery in early.glob("*/*"):
        if delivery.is_dir() and delivery.name > JUNE.isoformat():
            shutil.rmtree(delivery)
    return kpis_without_dagster(early, folder / "data", default_programme_file())


def test_a_value_published_earlier_is_reproduced_after_later_deliveries(landing, everything, tmp_path):
    key = ["kpi_id", "estimand", "wave", "breakdown", "level"]
    then = published_in_june(landing, tmp_path).set_index(key).sort_index()
    again = read_kpis_as_of(everything, load_programme(default_programme_file()), JUNE)
    again = again.set_index(key).sort_index()
    pd.testing.assert_frame_equal(again.drop(columns="run_id"), then.drop(columns="run_id"))
    assert set(again["data_version"]) == set(then["data_version"])


def test_what_was_known_in_june_differs_from_what_is_known_now(everything):
    programme = load_programme(default_programme_file())
    june, now = (read_kpis_as_of(everything, programme, day) for day in (JUNE, date(2022, 8, 31)))
    received = [
        rows.query("kpi_id == 'K21' and estimand == 'received'")["value"].iloc[0] for rows in (june, now)
    ]
    assert received[0] < received[1]


def test_reading_an_earlier_day_changes_nothing_in_the_warehouse(everything):
    before = everything.read_bytes()
    read_kpis_as_of(everything, load_programme(default_programme_file()), JUNE)
    assert everything.read_bytes() == before


def test_a_day_before_the_first_delivery_is_an_error_that_says_so(everything):
    with pytest.raises(CcdsError, match="by 2020-01-01") as caught:
        read_kpis_as_of(everything, load_programme(default_programme_file()), date(2020, 1, 1))
    assert caught.value.rule == "deliveries_exist"


def test_without_a_warehouse_the_user_is_told_to_run_first(tmp_path):
    with pytest.raises(ConfigurationError, match="no warehouse"):
        read_kpis_as_of(tmp_path / "none.duckdb", load_programme(default_programme_file()), JUNE)
