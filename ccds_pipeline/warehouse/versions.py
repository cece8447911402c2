"""A warehouse that another version of this package made: brought up to date, or refused.

The statements of each version are in ``sql/migrations``. They change tables whose rows are kept; tables that
are made anew by each run are dropped and made as the register has them.
"""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa

from ccds_pipeline.schemas.register import kept_tables, restricted_tables
from ccds_pipeline.warehouse.backup import back_up
from ccds_pipeline.warehouse.faults import newer_tables, older_tables
from ccds_pipeline.warehouse.migrations import migrations, schema_version
from ccds_pipeline.warehouse.tables import describe_tables, note_version, recreate_tables

_log = logging.getLogger(__name__)


def settle_version(engine: sa.Engine, path: Path, *, read_only: bool) -> None:
    """Bring an older warehouse up to date, all of it or nothing, after a backup whose place is logged.

    Raises:
        ConfigurationError: Rule ``schema_version`` if it is newer, or older and to be read only.
        CcdsError: If it cannot be backed up; nothing was changed.
    """
    with engine.connect() as connection:
        made, known = version_of(connection), schema_version()
    if made is None or made == known:
        return
    if made > known:
        raise newer_tables(path, made, known)
    if read_only:
        raise older_tables(path, made, known)
    _bring_up_to_date(engine, path, made, known)


def version_of(connection: sa.Connection) -> int | None:
    """Return the version of the tables; none of a file without them."""
    names = connection.execute(
        sa.text(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_catalog = current_database() AND table_schema = 'ops'"
        )
    )
    present = set(names.scalars())
    if "installation" in present:
        noted = connection.execute(sa.text("SELECT max(schema_version) FROM ops.installation")).scalar()
        return 1 if noted is None else int(noted)  # version 1 noted it with the first load, not before
    return 0 if "delivery" in present else None


def _bring_up_to_date(engine: sa.Engine, path: Path, made: int, known: int) -> None:
    backup = back_up(engine, path, version=made)
    _log.warning(
        "The tables of the warehouse are brought from version %d to %d. A backup was made before: %s. "
        "There are no KPIs until ccds run has computed them anew.", made, known, backup,
    )  # fmt: skip
    with engine.begin() as connection:
        for version in range(made + 1, known + 1):
            connection.exec_driver_sql(migrations()[version])
        kept = {table.full_name for table in kept_tables()}
        recreate_tables(connection, (table for table in restricted_tables() if table.full_name not in kept))
        describe_tables(connection, kept_tables())
        note_version(connection)
