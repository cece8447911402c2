"""Remove what is older than the programme file allows, by the date of its delivery (PRIVACY.md P28).

A record goes with its last delivery: an export that still shows it renews it. Rows of a delivery that is
too old are excluded when they are loaded, so loading it again brings nothing back; the landing folder's own
retention belongs to its owner.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from ccds_pipeline.deidentify.exclusion import PAST_RETENTION
from ccds_pipeline.kpi.as_of import forget_days
from ccds_pipeline.programme.model import Retention
from ccds_pipeline.rights.holdings import account_for_withdrawn, list_withdrawn, withdraw
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.rewrite import rewrite_warehouse
from ccds_pipeline.warehouse.select_files import run_statement
from ccds_pipeline.warehouse.tables import create_warehouse

_LEDGER = ("ops.delivery", "ops.excluded", "ops.rejected_row")
_OLD = "delivery_on < :kept_since"
_OLD_COMMENTS = (
    "version_key IN "
    "(SELECT version_key FROM staging.sighting GROUP BY version_key HAVING max(until_on) < :kept_since)"
)


def apply_retention(
    settings: Settings, retention: Retention, *, today: date, dry_run: bool
) -> dict[str, int]:
    """Delete what is too old on a day and, if there was any, rewrite the warehouse's file.

    Returns:
        The number of rows by what they are: records (of each delivery, rejected ones too), comments, ledger.

    Raises:
        BusyError: If another process holds the warehouse.
    """
    with open_warehouse(settings.warehouse_file) as engine:
        with engine.connect() as connection, connection.begin() as transaction:
            create_warehouse(connection)
            counts = delete_too_old(connection, retention, today)
            if dry_run:
                transaction.rollback()
                return counts
            record_act(connection, "retention", counts | {"today": today.isoformat()} | vars(retention))
        if any(counts.values()):
            forget_days(settings.as_of_folder)
            rewrite_warehouse(engine, settings.warehouse_file, settings.rewritten_file)
    return counts


def delete_too_old(connection: sa.Connection, retention: Retention, today: date) -> dict[str, int]:
    """Delete what is too old on a day, in the caller's transaction; return how many rows of what."""
    since = retention.kept_since("records", today)
    sightings = list_withdrawn(connection, "rights/sightings_past_retention", kept_since=since)
    account_for_withdrawn(connection, reason=PAST_RETENTION)
    # control: what is too old is deleted
    withdraw(connection)
    run_statement(connection, "rights/cut_sightings", kept_since=since)
    rejected = _delete(connection, "staging.rejected_record", _OLD, since)
    since = retention.kept_since("comments", today)
    comments = _delete(connection, "staging.comment", _OLD_COMMENTS, since)
    since = retention.kept_since("ledger", today)
    ledger = sum(_delete(connection, table, _OLD, since) for table in _LEDGER)
    return {"records": sightings + rejected, "comments": comments, "ledger": ledger}


def _delete(connection: sa.Connection, table: str, condition: str, since: date) -> int:
    parameters = {"kept_since": since}
    found = sa.text(f"SELECT count(*) FROM {table} WHERE {condition}")  # noqa: S608  # names from this module
    number = int(connection.execute(found, parameters).scalar_one())
    connection.execute(sa.text(f"DELETE FROM {table} WHERE {condition}"), parameters)  # noqa: S608  # as above
    return number
