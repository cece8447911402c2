"""A real PostgreSQL as a source: what is new is delivered, nothing is lost, and no error tells a value."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ccds_pipeline.cli.main import app
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import CcdsError, UnreachableError
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.extract import FILE_NAME, STATE_NAME, Extract, extract
from ccds_pipeline.ingest.store.ledger import DeliveryAccount
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Source
from ccds_pipeline.sources.database import open_rows, text_of, url_variable
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.booking_database import FIRST, PROGRAMME_TEXT, SECOND
from ccds_pipeline_tests.support.keys import KEY

MONDAY, TUESDAY, WEDNESDAY = date(2022, 3, 7), date(2022, 3, 8), date(2022, 3, 9)


@pytest.fixture
def on(source: Source, tmp_path: Path) -> Callable[..., Extract]:
    def extract_on(day: date, *, anew: bool = False) -> Extract:
        return extract(source, str(tmp_path / "landing"), runs_folder=tmp_path / "runs", today=day, anew=anew)

    return extract_on


def delivered(folder: Path, day: date) -> list[dict[str, str]]:
    with (folder / "landing" / "places" / day.isoformat() / FILE_NAME).open(newline="") as text:
        return list(csv.DictReader(text))


def load(folder: Path, *days: date) -> tuple[list[DeliveryAccount], list[tuple[object, ...]]]:
    """Load deliveries, and return their accounts and the bookings that count now."""
    programme = parse_programme(PROGRAMME_TEXT, place="database.yaml")
    ingest = Ingest(programme, "contract", Pseudonymiser(bytes.fromhex(KEY)), folder / "runs")
    found = find_deliveries(str(folder / "landing"), ["places"])
    assert not found.problems
    with open_warehouse(folder / "w.duckdb") as engine:
        accounts = [
            ingest.load(engine, delivery) for delivery in found.deliveries if delivery.delivery_on in days
        ]
        with engine.connect() as connection:
            query = "SELECT session_code, count(*) FROM staging.booking GROUP BY ALL ORDER BY ALL"
            return accounts, [tuple(row) for row in connection.execute(sa.text(query))]


def test_a_table_becomes_a_delivery_in_one_form_of_text(on, insert, tmp_path):
    insert(1, FIRST)
    insert(2, SECOND, paid=False)
    assert on(MONDAY) == Extract("places", MONDAY, 2)
    first, second = sorted(delivered(tmp_path, MONDAY), key=lambda row: row["id"])
    assert first == {
        "id": "1",
        "e-mail": "person1@example.org",
        "session": "S-1",
        "starts": "2022-04-01T09:00:00.000000",
        "booked": "2022-03-01T09:00:00.000000+00:00",
        "paid": "true",
    }
    assert second["paid"] == "false"
    (account,), bookings = load(tmp_path, MONDAY)
    assert (account.received, account.loaded, account.is_balanced) == (2, 2, True)
    assert bookings == [("S-1", 2)]


@pytest.mark.attack("A16")
def test_what_is_extracted_is_for_its_owner_alone_and_holds_no_column_that_is_not_mapped(
    on, insert, tmp_path
):
    insert(1, FIRST)
    on(MONDAY)
    for path in (tmp_path / "landing" / "places").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
        assert path.is_dir() or "7946" not in path.read_text()
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_later_extract_holds_what_is_new_and_the_rows_of_the_last_instant(on, insert, tmp_path):
    insert(1, FIRST)
    insert(2, SECOND)
    on(MONDAY)
    insert(3, SECOND)  # in the very instant that the last extract ended with
    insert(4, SECOND + timedelta(seconds=1))
    on(TUESDAY)
    assert sorted(row["id"] for row in delivered(tmp_path, TUESDAY)) == ["2", "3", "4"]
    accounts, bookings = load(tmp_path, MONDAY, TUESDAY)
    assert [account.loaded for account in accounts] == [2, 3]
    assert bookings == [("S-1", 4)]


def test_a_changed_row_is_delivered_again_in_its_new_version(on, insert, tmp_path):
    insert(1, FIRST)
    on(MONDAY)
    insert(1, SECOND, session="S-2")
    on(TUESDAY)
    assert load(tmp_path, MONDAY, TUESDAY)[1] == [("S-1", 1), ("S-2", 1)]


def test_a_second_extract_of_a_day_replaces_the_first_and_contradicts_nothing(on, insert, tmp_path):
    insert(0, FIRST - timedelta(days=1))
    insert(1, FIRST)
    on(MONDAY)
    insert(1, SECOND, session="S-2")
    insert(2, SECOND, session="S-2")
    assert on(MONDAY).rows == 3
    (account,), bookings = load(tmp_path, MONDAY)
    assert (account.loaded, account.rejected) == (3, 0)
    assert bookings == [("S-1", 1), ("S-2", 2)]


def test_rows_without_a_watermark_are_read_every_time(on, insert, tmp_path):
    insert(1, FIRST)
    on(MONDAY)
    insert(2, None)
    on(TUESDAY)
    on(WEDNESDAY)
    assert sorted(row["id"] for row in delivered(tmp_path, WEDNESDAY)) == ["1", "2"]


def test_an_empty_table_is_a_delivery_with_a_header(on, admin, tmp_path):
    assert on(MONDAY).rows == 0
    (account,), bookings = load(tmp_path, MONDAY)
    assert (account.files, account.refused, account.received, bookings) == (1, 0, 0, [])


def test_all_rows_can_be_extracted_anew(on, insert, tmp_path):
    insert(1, FIRST)
    insert(2, SECOND)
    on(MONDAY)
    assert on(TUESDAY).rows == 1
    assert on(WEDNESDAY, anew=True).rows == 2


def test_an_extract_to_a_remote_landing_folder_goes_on_where_it_ended(source, insert, tmp_path):
    insert(1, FIRST)
    insert(2, SECOND)
    rows = [
        extract(source, "memory://extracts", runs_folder=tmp_path / "runs", today=day).rows
        for day in (MONDAY, TUESDAY)
    ]
    assert rows == [2, 1]
    found = find_deliveries("memory://extracts", ["places"])
    assert ([delivery.delivery_on for delivery in found.deliveries], found.problems) == (
        [MONDAY, TUESDAY],
        (),
    )


def test_a_lost_connection_is_reported_and_loses_nothing(on, admin, source, tmp_path, caplog):
    on(MONDAY)
    admin.execute(
        sa.text(
            'INSERT INTO "Booking System"."select" (id, "e-mail", "changed at") '
            "SELECT n, 'x@example.org', :at FROM generate_series(1, 20000) AS n"
        ),
        {"at": SECOND},
    )
    state = tmp_path / "landing" / "places" / STATE_NAME
    before = state.read_text()
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with open_rows(source, since=None) as rows:
        texts = rows.texts()
        next(texts)
        admin.execute(sa.text(cut + " AND backend_type = 'client backend'"))
        with pytest.raises(UnreachableError) as lost:
            list(texts)
    assert lost.value.rule == "database_reachable"
    assert "example.org" not in str(lost.value)
    assert caplog.text == ""
    assert state.read_text() == before
    assert on(TUESDAY).rows == 20_000


@pytest.mark.attack("A21")
def test_a_failure_while_reading_leaves_neither_a_file_nor_a_trace(on, insert, admin, source, tmp_path):
    insert(1, FIRST)
    on(MONDAY)
    insert(2, SECOND, session="nobody@example.org")
    admin.execute(sa.text('ALTER TABLE "Booking System"."select" RENAME TO places'))
    admin.execute(
        sa.text(
            'CREATE VIEW "Booking System"."select" AS SELECT id, "e-mail", session, starts, booked, paid, '
            '"changed at", CAST(session AS integer) AS broken FROM "Booking System".places'
        )
    )
    text = PROGRAMME_TEXT.replace("session_code: {column: session}", "session_code: {column: broken}")
    broken = parse_programme(text, place="database.yaml").sources[0]
    with pytest.raises(CcdsError) as refused:
        extract(broken, str(tmp_path / "landing"), runs_folder=tmp_path / "runs", today=TUESDAY)
    assert refused.value.rule == "database_query"
    assert "nobody" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert not (tmp_path / "landing" / "places" / TUESDAY.isoformat()).exists()
    assert list((tmp_path / "runs").iterdir()) == []


def test_views_are_read_and_what_has_no_text_form_is_refused_by_column(on, insert, admin):
    insert(1, FIRST)
    admin.execute(sa.text('ALTER TABLE "Booking System"."select" RENAME TO places'))
    view = (
        'CREATE VIEW "Booking System"."select" AS SELECT id, "e-mail", {} AS session, starts, booked, paid, '
    )
    view += '"changed at" FROM "Booking System".places'
    admin.execute(sa.text(view.format("session")))
    assert on(MONDAY).rows == 1
    admin.execute(sa.text('DROP VIEW "Booking System"."select"'))
    admin.execute(sa.text(view.format("ARRAY['secret']")))
    with pytest.raises(CcdsError) as refused:
        on(TUESDAY)
    assert (refused.value.rule, "column session" in str(refused.value)) == ("database_column_type", True)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ('ALTER TABLE "Booking System"."select" RENAME TO gone', "database_table"),
        ('ALTER TABLE "Booking System"."select" DROP COLUMN "changed at"', "database_watermark"),
        (
            'ALTER TABLE "Booking System"."select" ALTER COLUMN "changed at" TYPE json USING NULL',
            "database_watermark",
        ),
    ],
)
def test_a_table_that_is_not_as_declared_is_reported(on, admin, change, rule):
    admin.execute(sa.text(change))
    with pytest.raises(CcdsError) as refused:
        on(MONDAY)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        (None, "database_url"),
        ("not a url: hunter2", "database_url"),
        ("oracle+nodriver://ada:hunter2@localhost/x", "database_driver"),
        ("postgresql+psycopg://ada:hunter2@127.0.0.1:1/x?connect_timeout=2", "database_reachable"),
    ],
)
def test_a_wrong_address_is_reported_by_the_name_of_its_variable_and_never_shown(
    on, source, monkeypatch, url, rule
):
    variable = url_variable(source.id)
    monkeypatch.delenv(variable)
    if url is not None:
        monkeypatch.setenv(variable, url)
    with pytest.raises(CcdsError) as refused:
        on(MONDAY)
    assert refused.value.rule == rule
    assert variable in str(refused.value)
    assert not {"hunter2", "ada"} & set(str(refused.value).replace(":", " ").replace("@", " ").split())


def test_the_command_extracts_and_says_how_much(source, insert, tmp_path):
    insert(1, FIRST)
    (tmp_path / "database.yaml").write_text(PROGRAMME_TEXT)
    options = ["--programme", str(tmp_path / "database.yaml"), "--data", str(tmp_path)]
    done = CliRunner().invoke(app, ["extract", *options])
    assert done.exit_code == 0, done.output
    assert "places: 1 rows extracted" in done.output
    unknown = CliRunner().invoke(app, ["extract", "bookings", *options])
    assert isinstance(unknown.exception, CcdsError)
    assert unknown.exception.rule == "source_has_database"


def test_a_spoiled_note_of_the_last_extract_is_reported(on, insert, tmp_path):
    insert(1, FIRST)
    on(MONDAY)
    (tmp_path / "landing" / "places" / STATE_NAME).write_text("{}")
    with pytest.raises(CcdsError) as refused:
        on(TUESDAY)
    assert refused.value.rule == "extract_state"
    assert on(TUESDAY, anew=True).rows == 1


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("key: [id]", "key: []", "key"),
        ("format: table", "format: pretix_positions", "format table"),
        ("timezone: Europe/London", "timestamp_formats: ['%Y']", "timestamp_formats"),
    ],
)
def test_a_database_needs_a_key_and_a_form_of_its_own(old, new, word):
    with pytest.raises(CcdsError, match=word):
        parse_programme(PROGRAMME_TEXT.replace(old, new), place="database.yaml")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (0, "0"),
        (Decimal("10.500"), "10.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0"),
        (Decimal("NaN"), "NaN"),
        (12345678901234567890.0, "12345678901234567000"),
        (1e-7, "0.0000001"),
        (datetime(2022, 3, 1, 9), "2022-03-01T09:00:00.000000"),  # noqa: DTZ001  # a local time
        (datetime(2022, 7, 1, 9, tzinfo=timezone(timedelta(hours=1))), "2022-07-01T08:00:00.000000+00:00"),
        (date(2022, 3, 1), "2022-03-01"),
        (time(9, 30), "09:30:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (" as it is\n", " as it is\n"),
        (b"bytes", None),
        ({"a": 1}, None),
        (timedelta(1), None),
    ],
)
def test_each_kind_of_value_has_one_text_form_or_none(value, text):
    assert text_of(value) == text


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)
def test_a_number_loses_no_digit_and_gains_no_exponent(number):
    text = text_of(number)
    assert text is not None
    assert "e" not in text.lower()
    assert Decimal(text) == Decimal(str(number))
