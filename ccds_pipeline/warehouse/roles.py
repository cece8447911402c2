"""Roles on PostgreSQL: who may see and change what, from the files of ``sql/roles``.

What each role is for is written there and in ``docs/roles.md`` (PRIVACY.md P30).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.warehouse.select_files import sql_folder
from ccds_pipeline.warehouse.tables import create_warehouse, metadata_of

_ROLES = sa.text(r"SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ccds\_%'")
_TABLES = sa.text(
    "SELECT count(*) FROM pg_tables WHERE schemaname IN ('ops', 'staging', 'core', 'kpi', 'reporting')"
)


@dataclass(frozen=True)
class Granted:
    """How many roles and tables there are now, and how many of them are new."""

    roles: int
    new_roles: int
    tables: int
    new_tables: int


def grant_roles(engine: sa.Engine) -> Granted:
    """Make roles, schemas and tables where they are missing, and grant each role what it needs.

    All of it is one transaction; what is there already keeps its rows. Privileges that are not in
    ``sql/roles`` are taken from the roles and from PUBLIC.

    Raises:
        CheckFailedError: As ``refuse_weak_points``; nothing was changed.
    """
    with engine.begin() as connection:
        roles, tables = _count(connection)
        _run_file(connection, "roles")
        create_warehouse(connection)
        become_publisher(connection)
        metadata_of(tables_of("reporting")).create_all(connection)
        connection.execute(sa.text("RESET ROLE"))
        _run_file(connection, "grants")
        refuse_weak_points(connection)
        roles_now, tables_now = _count(connection)
    return Granted(roles_now, roles_now - roles, tables_now, tables_now - tables)


def become_publisher(connection: sa.Connection) -> None:
    """Act as the owner of the released tables until the transaction ends, without any further right."""
    connection.execute(sa.text("SET LOCAL ROLE ccds_publish"))


def refuse_weak_points(connection: sa.Connection) -> None:
    """Make sure that the roles can do no more than they should in this database.

    Raises:
        CheckFailedError: If they can; it names the rules of ``sql/roles/weak_points.sql`` and counts.
    """
    broken = _run_file(connection, "weak_points").all()
    # control: weak points of the roles are found
    if broken:
        rules = ", ".join(f"{row.rule} ({row.broken_n})" for row in broken)
        raise CheckFailedError(
            f"the roles of the database can do more than they should: {rules}",
            place="sql/roles/weak_points.sql",
            rule="roles_are_tight",
            remedy="Nothing was changed. Take away what the named rules forbid, such as views in reporting "
            "or memberships of the roles, and run ccds grant as a superuser.",
        )


def _count(connection: sa.Connection) -> tuple[int, int]:
    """Return how many roles and tables of ours there are."""
    return int(connection.execute(_ROLES).scalar_one()), int(connection.execute(_TABLES).scalar_one())


def _run_file(connection: sa.Connection, name: str) -> sa.CursorResult[Any]:
    statements = (sql_folder() / "roles" / f"{name}.sql").read_text(encoding="utf-8")
    # Without parameters, so that the driver leaves percent signs alone and takes several statements.
    return connection.exec_driver_sql(statements, execution_options={"no_parameters": True})
