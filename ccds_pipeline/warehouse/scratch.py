"""Schemas in memory that hide the warehouse's own, for what is computed and thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def scratch_schemas(connection: sa.Connection, *, read: Sequence[str], make: Sequence[str]) -> Iterator[None]:
    """Let the same statements read the warehouse and write into memory, until the block ends.

    Works on a warehouse that is opened read-only too.

    Args:
        connection: Outside of a transaction.
        read: Schemas of the warehouse that stay visible.
        make: Schemas that are empty and in memory meanwhile.
    """
    warehouse = connection.execute(sa.text("SELECT current_database()")).scalar_one()
    connection.execute(sa.text("ATTACH ':memory:' AS scratch (READ_WRITE)"))
    try:
        for schema in make:
            connection.execute(sa.text(f"CREATE SCHEMA scratch.{schema}"))
        visible = [*(f"{warehouse}.{schema}" for schema in read), *(f"scratch.{schema}" for schema in make)]
        _search(connection, ",".join(visible))
        connection.commit()
        yield
    finally:
        connection.rollback()
        _search(connection, f"{warehouse}.main")
        connection.execute(sa.text("DETACH scratch"))
        connection.commit()


def _search(connection: sa.Connection, path: str) -> None:
    connection.execute(sa.text("SET search_path = :path"), {"path": path})
