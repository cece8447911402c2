"""A release in PostgreSQL: whole or not at all, as released, and no driver's text at the user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import BusyError, CcdsError, CheckFailedError, ConfigurationError
from ccds_pipeline.release.mirror import mirror
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.postgres import open_postgres
from ccds_pipeline.warehouse.roles import grant_roles
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.postgres import connected, new_database, url_of_login
from ccds_pipeline_tests.support.released_database import write_released_database
from ccds_pipeline_tests.support.released_rows import (
    claim_row,
    kpi_row,
    share_columns,
    source_row,
    withheld_columns,
)

CANARY = "canary-4711"
AWKWARD = "a tab\t, a \\N, a line\nbreak, 'quotes\" and ünïcode ✓"
URL = "TEST_POSTGRES_URL"


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with new_database() as url:
        grant_roles(sa.create_engine(url, poolclass=sa.pool.NullPool))
        yield url


@pytest.fixture
def publisher(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the variable with the URL of an account that may publish."""
    monkeypatch.setenv(URL, url_of_login(database, "ccds_publish"))
    return URL


@pytest.fixture
def reader(database: str) -> Iterator[sa.Connection]:
    with connected(url_of_login(database, "ccds_reader")) as connection:
        yield connection


def released(folder: Path, *, name: str = "First", levels: tuple[str, ...] = ("a", "b")) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "release.duckdb"
    file.unlink(missing_ok=True)
    kpis = [
        kpi_row("K1", 1, AWKWARD, breakdown="region", level=level, **share_columns(40, 50))
        for level in levels
    ]
    kpis.append(kpi_row("K2", 2, "Withheld", **withheld_columns()))
    return write_released_database(
        file, kpis, name=name, sources=[source_row("s1")], claims=[claim_row("c1", "So it is.", "K1")]
    )


def rows_in(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted(
            map(
                tuple,
                connection.execute(sa.text(f"SELECT {', '.join(table.column_names)} FROM {table.full_name}")),
            ),
            key=repr,
        )
        for table in tables_of("reporting")
    }


def programme_in(connection: sa.Connection) -> str:
    return str(connection.execute(sa.text("SELECT name FROM reporting.programme")).scalar_one())


def put(file: Path, variable: str) -> dict[str, int]:
    with open_postgres(variable) as engine:
        return mirror(file, engine, patience_seconds=0.2)


def test_the_reader_sees_what_was_released_value_by_value(publisher, reader, tmp_path):
    file = released(tmp_path)
    counts = put(file, publisher)
    with open_warehouse(file, read_only=True) as engine, engine.connect() as connection:
        expected = rows_in(connection)
    assert rows_in(reader) == expected
    assert counts == {name: len(rows) for name, rows in expected.items()}
    assert counts["kpi"] == 3


def test_the_next_release_takes_the_place_of_the_one_before(publisher, reader, tmp_path):
    put(released(tmp_path, levels=("a", "b", "c")), publisher)
    counts = put(released(tmp_path, name="Second", levels=("b",)), publisher)
    assert counts["kpi"] == len(rows_in(reader)["kpi"]) == 2
    assert programme_in(reader) == "Second"


def test_readers_name_no_schema_and_what_rows_refer_to_is_there(publisher, reader, tmp_path):
    put(released(tmp_path), publisher)
    parts = "SELECT level FROM kpi JOIN dim_group USING (breakdown, level) WHERE breakdown = 'region'"
    assert sorted(reader.execute(sa.text(parts)).scalars()) == ["a", "b"]
    inspector = sa.inspect(reader)
    declared = {
        (table.name, target.rpartition(".")[2], columns)
        for table in tables_of("reporting")
        for target, columns in table.references.items()
    }
    assert declared == {
        (table.name, str(key["referred_table"]), tuple(key["constrained_columns"]))
        for table in tables_of("reporting")
        for key in inspector.get_foreign_keys(table.name, schema="reporting")
    }


def test_a_value_that_no_dimension_knows_keeps_the_release_back(publisher, reader, tmp_path):
    put(released(tmp_path), publisher)
    file = released(tmp_path, name="Broken")
    with open_warehouse(file) as engine, engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM reporting.dim_group WHERE level = 'a'"))
    with pytest.raises(CcdsError) as caught:
        put(file, publisher)
    assert caught.value.rule == "postgres_row"
    assert programme_in(reader) == "First"


def test_a_reader_in_a_transaction_keeps_the_release_that_it_began_with(database, publisher, tmp_path):
    put(released(tmp_path), publisher)
    engine = sa.create_engine(url_of_login(database, "ccds_reader"), poolclass=sa.pool.NullPool)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(sa.text("SELECT 1"))
        put(released(tmp_path, name="Second"), publisher)
        assert programme_in(connection) == "First"
        connection.rollback()
        assert programme_in(connection) == "Second"


@pytest.mark.attack("A24")
def test_a_release_that_breaks_a_rule_leaves_the_earlier_one_and_shows_no_value(publisher, reader, tmp_path):
    put(released(tmp_path), publisher)
    twice = released(tmp_path, name="Broken", levels=(CANARY, CANARY))
    printed = ccds("mirror", "--url-env", publisher, "--data", twice.parent)
    assert printed.returncode == 1
    assert "[postgres_row]" in printed.stderr
    for leak in (CANARY, "DETAIL", "Key (", "Traceback", "login_of"):
        assert leak not in printed.stderr + printed.stdout
    assert programme_in(reader) == "First"


def test_readers_that_hold_the_tables_are_waited_for_and_then_left_alone(database, publisher, tmp_path):
    put(released(tmp_path), publisher)
    engine = sa.create_engine(url_of_login(database, "ccds_reader"), poolclass=sa.pool.NullPool)
    with engine.connect() as holder:
        holder.execute(sa.text("SELECT * FROM reporting.kpi"))
        with pytest.raises(BusyError, match="somebody else"):
            put(released(tmp_path, name="Second"), publisher)
        assert programme_in(holder) == "First"
    put(released(tmp_path, name="Second"), publisher)


def test_a_table_of_an_earlier_shape_is_made_anew_and_stays_readable(database, publisher, reader, tmp_path):
    with connected(database) as owner:
        owner.execute(sa.text("ALTER TABLE reporting.theme DROP COLUMN share"))
        owner.execute(sa.text("ALTER TABLE reporting.claim ALTER COLUMN claimed TYPE TEXT"))
        owner.execute(sa.text("DROP TABLE reporting.release"))
        owner.execute(sa.text("COMMENT ON COLUMN reporting.kpi.value IS 'The value, unrounded.'"))
    put(released(tmp_path), publisher)
    comments = {one["name"]: one["comment"] for one in sa.inspect(reader).get_columns("kpi", "reporting")}
    assert "perturbed" in str(comments["value"])
    assert len(rows_in(reader)["claim"]) == len(rows_in(reader)["release"]) == 1
    assert rows_in(reader)["theme"] == []


@pytest.mark.attack("A22")
def test_a_view_in_reporting_keeps_the_release_back(database, publisher, reader, tmp_path):
    put(released(tmp_path), publisher)
    with connected(database) as owner:
        owner.execute(sa.text("CREATE VIEW reporting.leak AS SELECT * FROM core.fact_answer"))
        try:
            with pytest.raises(CheckFailedError, match="reporting_is_tables_of_the_publisher"):
                put(released(tmp_path, name="Second"), publisher)
        finally:
            owner.execute(sa.text("DROP VIEW reporting.leak"))
    assert programme_in(reader) == "First"


@pytest.mark.attack("A22")
def test_only_a_publisher_may_mirror(database, monkeypatch, tmp_path):
    for role in ("ccds_reader", "ccds_transform"):
        monkeypatch.setenv(URL, url_of_login(database, role))
        with pytest.raises(ConfigurationError) as caught:
            put(released(tmp_path), URL)
        assert caught.value.rule == "postgres_account"


def test_the_commands_make_a_database_and_fill_it(monkeypatch, tmp_path):
    file = released(tmp_path)
    with new_database() as url:
        monkeypatch.setenv(URL, url)
        early = ccds("mirror", "--url-env", URL, "--data", file.parent)
        assert (early.returncode, "[roles_exist]" in early.stderr) == (3, True)
        made = ccds("grant", "--url-env", URL)
        assert made.returncode == 0, made.stderr
        assert "6 roles" in made.stderr
        again = ccds("grant", "--url-env", URL)
        assert "6 roles (0 new)" in again.stderr
        assert "(0 new);" in again.stderr
        done = ccds("mirror", "--url-env", URL, "--data", file.parent)
        assert done.returncode == 0, done.stderr
        assert re.search("[1-9][0-9]* released rows of 23 tables", done.stderr)


def test_nothing_is_mirrored_before_a_release(publisher, tmp_path):
    printed = ccds("mirror", "--url-env", publisher, "--data", tmp_path)
    assert (printed.returncode, "[release_exists]" in printed.stderr) == (3, True)


@pytest.mark.attack("A24")
@pytest.mark.parametrize(
    ("url", "rule"),
    [
        (None, "postgres_url"),
        (f"no url {CANARY}", "postgres_url"),
        (f"postgresql://user:{CANARY}@127.0.0.1:notaport/db", "postgres_url"),
        (f"sqlite:////tmp/{CANARY}", "postgres_url"),
        (f"postgresql://{CANARY}:{CANARY}@127.0.0.1:1/{CANARY}", "postgres_reachable"),
        (
            f"postgresql+psycopg2://{CANARY}:{CANARY}@127.0.0.1:1/{CANARY}?connect_timeout=1",
            "postgres_reachable",
        ),
        (f"postgresql://127.0.0.1:1/x?{CANARY}=1", "postgres_reachable"),
    ],
)
def test_an_address_that_leads_nowhere_is_reported_without_showing_it(monkeypatch, url, rule):
    monkeypatch.delenv(URL, raising=False) if url is None else monkeypatch.setenv(URL, url)
    with pytest.raises(ConfigurationError) as caught, open_postgres(URL) as engine:
        grant_roles(engine)
    assert caught.value.rule == rule
    assert URL in str(caught.value)
    for leak in (CANARY, "127.0.0.1"):
        assert leak not in str(caught.value)


def test_an_account_that_is_no_superuser_cannot_grant_and_changes_nothing(monkeypatch):
    with new_database() as url:
        monkeypatch.setenv(URL, url_of_login(url, "ccds_reader"))
        with pytest.raises(CcdsError) as caught, open_postgres(URL) as engine:
            grant_roles(engine)
        assert caught.value.rule == "postgres_account"
        with connected(url) as connection:
            assert not sa.inspect(connection).has_schema("reporting")
