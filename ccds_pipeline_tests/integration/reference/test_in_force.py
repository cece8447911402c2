"""Loaded tables of organisations and boards through a whole ingest: bookings are placed as of the session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.ingest.contract import judge_delivery
from ccds_pipeline.ingest.installation import open_ingest
from ccds_pipeline.ingest.store.ledger import DeliveryAccount
from ccds_pipeline.kpi.as_of import kpis_as_of
from ccds_pipeline.kpi.build import refresh_kpis
from ccds_pipeline.reference.tables import Board, Organisation, store
from ccds_pipeline.release.build import build_candidate
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.keys import KEY, PSEUDONYMISER

PROGRAMME_TEXT = """
id: places
name: Places, invented
version: "1"
retention: {source: Invented for tests, records: 36500, comments: 36500, ledger: 36500}
waves: [{id: after, label: After, timing: after}]
sources:
  - id: bookings
    label: Bookings
    format: table
    record: booking
    timezone: UTC
    timestamp_formats: ["%Y-%m-%d"]
    key: [id]
    fields:
      email: {column: mail}
      session_code: {column: session}
      session_starts_at: {column: starts}
      status: {default: booked}
      organisation: {column: employer}
kpis: [{id: R1, label: Reach, level: reach, rule: {type: reach}}]
breakdowns: [icb]
"""
BOOKINGS = """id,mail,session,starts,employer
1,ann@example.org,S-1,2026-03-10,Old Road Surgery
2,bob@example.org,S-2,2026-04-20,Old Road Surgery
3,cat@example.org,S-1,2026-03-10,Barts Health
4,dan@example.org,S-1,2026-03-10,Acme Ltd
5,eve@example.org,S-1,2026-03-10,
6,fay@example.org,S-2,2026-04-20,Quay Street Surgery
"""
LOADED: dict[str, Any] = {"snapshot_on": date(2026, 10, 31), "source_digest": "0" * 64}
ORGANISATIONS = [
    Organisation("X10001", "Old Road Surgery", "Y61", until=date(2026, 3, 31), icb_code="QH8", **LOADED),
    Organisation("X10002", "Quay Street Surgery", "Y61", icb_code="QH8", **LOADED),
]
BOARDS = [
    Board("QH8", "Old board", "Y61", until=date(2026, 3, 31), successor="QZ9", **LOADED),
    Board("QZ9", "New board", "Y56", since=date(2026, 4, 1), **LOADED),
]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY)
    delivery = tmp_path / "data" / "landing" / "bookings" / "2026-05-01"
    delivery.mkdir(parents=True)
    (delivery / "1.csv").write_text(BOOKINGS, encoding="utf-8")
    (tmp_path / "places.yaml").write_text(PROGRAMME_TEXT, encoding="utf-8")
    return Settings(data_dir=tmp_path / "data", programme=tmp_path / "places.yaml")


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    with open_warehouse(settings.warehouse_file) as opened:
        yield opened


def load(settings: Settings, engine: sa.Engine) -> DeliveryAccount:
    ingest = open_ingest(settings)
    (delivery,) = find_deliveries(settings.landing_url, ["bookings"]).deliveries
    return ingest.load(engine, delivery)


def places(engine: sa.Engine) -> list[tuple[object, ...]]:
    """Return the place of each booking, in the order of the file."""
    query = "SELECT person_key, organisation_code, region_code, icb_code FROM staging.booking"
    with engine.connect() as connection:
        found = {person: place for person, *place in connection.execute(sa.text(query))}
    mails = pd.read_csv(StringIO(BOOKINGS))["mail"]
    return [tuple(found[person]) for person in PSEUDONYMISER.person_keys(mails)]


UNKNOWN = ("unknown", "unknown")


def test_bookings_are_placed_by_the_loaded_tables_as_of_their_session(settings, engine):
    store(settings.reference_folder, ORGANISATIONS)
    store(settings.reference_folder, BOARDS)
    account = load(settings, engine)
    assert places(engine) == [
        ("X10001", "Y61", "QH8"),
        ("closed", *UNKNOWN),
        ("R1H", "Y56", "QMF"),
        ("not_listed", *UNKNOWN),
        ("unknown", *UNKNOWN),
        ("X10002", "Y56", "QZ9"),
    ]
    assert (account.loaded, account.employers_not_listed, account.employers_closed) == (6, 1, 1)
    contract = judge_delivery(account)[1].counts
    assert (contract["employers_not_listed"], contract["employers_closed"]) == (1, 1)


def test_loading_tables_later_corrects_what_is_loaded_again_and_is_seen_in_the_data_version(settings, engine):
    before = load(settings, engine)
    basis = current_basis(engine)
    assert before.employers_not_listed == 4
    store(settings.reference_folder, ORGANISATIONS)
    after = load(settings, engine)
    assert (after.loaded, after.employers_not_listed) == (6, 1)
    assert current_basis(engine).data_version != basis.data_version


def test_a_loaded_board_has_its_name_in_core_and_in_the_release_today_and_as_of_a_day(
    settings, engine, tmp_path
):
    store(settings.reference_folder, ORGANISATIONS)
    store(settings.reference_folder, BOARDS)
    load(settings, engine)
    ingest, basis = open_ingest(settings), current_basis(engine)
    refresh_core(engine, ingest.programme, basis)
    refresh_kpis(engine, ingest.programme, basis, run_id="test")
    with engine.connect() as connection:
        boards = read_frame(connection, table_of("core.dim_icb")).set_index("icb_code")
        kpis = read_frame(connection, table_of("kpi.kpi"))
    assert boards.loc["QZ9", "label"] == "New board"
    assert boards.loc["QH8", "label"] == "Old board"
    assert len(boards) == 44  # 42 boards, the unknown one, and a new one
    build_candidate(engine, ingest.programme, tmp_path / "release.duckdb", note="")
    with open_warehouse(tmp_path / "release.duckdb") as release, release.connect() as connection:
        released = read_frame(connection, table_of("reporting.kpi"))
    labels = set(released.loc[released["breakdown"] == "icb", "level_label"])
    assert {"Old board", "New board"} <= labels
    again = kpis_as_of(engine, ingest.programme, date(2026, 5, 1), run_id="test", kept=tmp_path / "as_of")
    pd.testing.assert_frame_equal(values(again), values(kpis))


def values(kpis: pd.DataFrame) -> pd.DataFrame:
    names = ["breakdown", "level", "estimand", "value"]
    return kpis[names].sort_values(names[:3], ignore_index=True)
