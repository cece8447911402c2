"""What was known on an earlier day comes out again after later deliveries."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.kpi.as_of import keep_present, kpis_as_of, read_kpis_as_of
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.synthetic.demonstration import write_demonstration
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
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
    again = read_kpis_as_of(
        everything, load_programme(default_programme_file()), JUNE, kept=tmp_path / "as_of"
    )
    again = again.set_index(key).sort_index()
    pd.testing.assert_frame_equal(again.drop(columns="run_id"), then.drop(columns="run_id"))
    assert set(again["data_version"]) == set(then["data_version"])


def test_a_day_that_was_asked_for_before_is_read_from_what_was_kept(everything, tmp_path):
    programme, kept = load_programme(default_programme_file()), tmp_path / "as_of"
    first, again = (read_kpis_as_of(everything, programme, JUNE, kept=kept) for _ in range(2))
    pd.testing.assert_frame_equal(again, first)
    [file] = kept.iterdir()
    assert (file.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o600, 0o700)
    first.head(1).to_parquet(file)
    assert len(read_kpis_as_of(everything, programme, JUNE, kept=kept)) == 1
    file.write_bytes(b"damaged")
    key = ["kpi_id", "estimand", "wave", "breakdown", "level"]
    anew = read_kpis_as_of(everything, programme, JUNE, kept=kept).set_index(key).sort_index()
    pd.testing.assert_frame_equal(anew, first.set_index(key).sort_index())
    assert list(kept.iterdir()) == [file]


def test_the_present_is_kept_for_when_it_is_an_earlier_day(everything, tmp_path):
    programme, key = (
        load_programme(default_programme_file()),
        ["kpi_id", "estimand", "wave", "breakdown", "level"],
    )
    with open_warehouse(everything, read_only=True) as engine:
        with engine.connect() as connection:
            present = read_frame(connection, table_of("kpi.kpi"))
        today = pd.Timestamp(present["as_of"].iloc[0]).date()
        keep_present(engine, programme, present, today, kept=tmp_path / "kept")
        kept, computed = (
            kpis_as_of(engine, programme, today, run_id="", kept=tmp_path / folder)
            .set_index(key)
            .sort_index()
            for folder in ("kept", "none")
        )
    assert len(list((tmp_path / "kept").iterdir())) == 1
    pd.testing.assert_frame_equal(kept, computed)


def test_what_was_kept_of_a_day_gives_way_when_the_definitions_change(everything, tmp_path):
    programme, kept = load_programme(default_programme_file()), tmp_path / "as_of"
    read_kpis_as_of(everything, programme, JUNE, kept=kept)
    [before] = kept.iterdir()
    first, *others = programme.kpis
    renamed = programme.model_copy(
        update={"kpis": (first.model_copy(update={"version": "another"}), *others)}
    )
    now = read_kpis_as_of(everything, renamed, JUNE, kept=kept)
    assert set(now.loc[now["kpi_id"] == first.id, "definition_version"]) == {"another"}
    [after] = kept.iterdir()
    assert after.name != before.name


def test_a_folder_that_cannot_be_written_costs_time_and_no_answer(everything, tmp_path):
    (tmp_path / "as_of").write_text("a file is in the way")
    assert len(
        read_kpis_as_of(everything, load_programme(default_programme_file()), JUNE, kept=tmp_path / "as_of")
    )


def test_what_was_known_in_june_differs_from_what_is_known_now(everything, tmp_path):
    programme = load_programme(default_programme_file())
    june, now = (
        read_kpis_as_of(everything, programme, day, kept=tmp_path) for day in (JUNE, date(2022, 8, 31))
    )
    received = [
        rows.query("kpi_id == 'K21' and estimand == 'received'")["value"].iloc[0] for rows in (june, now)
    ]
    assert received[0] < received[1]


def test_reading_an_earlier_day_changes_nothing_in_the_warehouse(everything, tmp_path):
    before = everything.read_bytes()
    read_kpis_as_of(everything, load_programme(default_programme_file()), JUNE, kept=tmp_path)
    assert everything.read_bytes() == before


def test_a_day_before_the_first_delivery_is_an_error_that_says_so(everything, tmp_path):
    with pytest.raises(CcdsError, match="by 2020-01-01") as caught:
        read_kpis_as_of(everything, load_programme(default_programme_file()), date(2020, 1, 1), kept=tmp_path)
    assert caught.value.rule == "deliveries_exist"


def test_without_a_warehouse_the_user_is_told_to_run_first(tmp_path):
    with pytest.raises(ConfigurationError, match="no warehouse"):
        read_kpis_as_of(
            tmp_path / "none.duckdb", load_programme(default_programme_file()), JUNE, kept=tmp_path
        )
