"""Take rows out of the warehouse, whatever the reason, with the accounts of their deliveries put right.

What is withdrawn is first listed in the temporary table ``withdrawn``, one row per sighting.
"""

from __future__ import annotations

import sqlalchemy as sa

from ccds_pipeline.schemas.register import kept_tables
from ccds_pipeline.warehouse.select_files import run_statement, statement


def list_withdrawn(connection: sa.Connection, sightings: str, **parameters: object) -> int:
    """List sightings as withdrawn; return how many they are.

    ``withdrawn_reference`` and ``withdrawn_person`` then hold the booking references, and the keys of
    people, that no other version carries.

    Args:
        connection: The caller's transaction.
        sightings: Name of the statement that selects them from ``staging.sighting``.
        parameters: What it binds.
    """
    run_statement(connection, "rights/stored_version")
    withdrawn = f"CREATE OR REPLACE TEMPORARY TABLE withdrawn AS {statement(sightings)}"
    connection.execute(sa.text(withdrawn), parameters)
    run_statement(connection, "rights/withdrawn_reference")
    run_statement(connection, "rights/withdrawn_person")
    return int(connection.execute(sa.text("SELECT count(*) FROM withdrawn")).scalar_one())


def withdraw(connection: sa.Connection) -> None:
    """Delete the withdrawn sightings, and the versions that no delivery shows any more."""
    run_statement(connection, "rights/withdraw_sightings")
    for table in kept_tables():
        if "version_key" in table.column_names and table.name != "sighting":
            connection.execute(
                sa.text(
                    f"DELETE FROM {table.full_name} WHERE version_key NOT IN "  # noqa: S608  # from the register
                    "(SELECT version_key FROM staging.sighting)"
                )
            )


def account_for_withdrawn(connection: sa.Connection, *, reason: str) -> None:
    """Count the withdrawn rows as excluded for a reason instead of loaded, file by file."""
    run_statement(connection, "rights/count_withdrawn")
    run_statement(connection, "rights/account_files")
    run_statement(connection, "rights/account_known_reason", reason=reason)
    run_statement(connection, "rights/account_new_reason", reason=reason)
