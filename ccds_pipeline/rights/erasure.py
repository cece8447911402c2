"""Erase one person: from every table, with the bytes, and for good, also when an old file comes again.

PRIVACY.md P26. Releases are made anew by the caller, through the pipeline, since they follow rules of
their own. Copies of the landing folder and backups belong to their owners.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.deidentify.exclusion import ERASED
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.store.erased import list_person, list_records, read_erased_list
from ccds_pipeline.ingest.store.ledger import refuse_another_key
from ccds_pipeline.kpi.as_of import forget_days
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.ledger import forget_people
from ccds_pipeline.rights.holdings import account_for_withdrawn, find_holdings, person_key_of, withdraw
from ccds_pipeline.schemas.register import kept_tables, pseudonym_columns
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.mark import keep_mark
from ccds_pipeline.warehouse.rewrite import rewrite_warehouse
from ccds_pipeline.warehouse.select_files import run_statement
from ccds_pipeline.warehouse.tables import create_warehouse


@dataclass(frozen=True)
class Receipt:
    """What an act on one person did, without a word that leads to that person."""

    receipt_id: str
    at: str
    rows_by_table: dict[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was held."""
        return not self.rows_by_table

    def as_json(self) -> str:
        """Return the receipt as one JSON object."""
        return json.dumps(vars(self), indent=2)


@dataclass(frozen=True)
class Erasure:
    """What an erasure did; a rewritten warehouse holds no KPIs until they are computed anew."""

    receipt: Receipt
    is_rewritten: bool


def erase(
    settings: Settings, programme: Programme, pseudonymiser: Pseudonymiser, email: str, *, dry_run: bool
) -> Erasure:
    """Delete what is held of a person, keep them from coming back, and rewrite the warehouse's file.

    Asking for it again completes an erasure that was interrupted. Of somebody who is not known the
    address is not noted either.

    Args:
        settings: Where the warehouse lies.
        programme: Decides which responses are linked to whom.
        pseudonymiser: With the key that the warehouse was loaded with.
        email: The person's address, in any spelling.
        dry_run: Only count.

    Raises:
        UsageError: If the address is blank, none, or a mailbox that several people share.
        ConfigurationError: If the warehouse rests on another pseudonym key.
        BusyError: If another process holds the warehouse.
    """
    person = person_key_of(pseudonymiser, email)
    with open_warehouse(settings.warehouse_file) as engine:
        with engine.connect() as connection, connection.begin() as transaction:
            create_warehouse(connection)
            refuse_another_key(connection, pseudonymiser.key_id)
            receipt = new_receipt(find_holdings(connection, programme, pseudonymiser, person))
            if dry_run:
                transaction.rollback()
                return Erasure(receipt, is_rewritten=False)
            is_known = not receipt.is_empty or _is_listed(connection, pseudonymiser, email)
            if is_known:
                _delete(connection, pseudonymiser, email)
            record_act(connection, "erasure", vars(receipt))
        with engine.connect() as connection:
            keep_mark(settings.warehouse_file, connection)
        if is_known:
            # control: kept figures of earlier days go with the erased
            forget_days(settings.as_of_folder)
            # control: the file is written anew
            rewrite_warehouse(engine, settings.warehouse_file, settings.rewritten_file)
    return Erasure(receipt, is_rewritten=is_known)


def new_receipt(rows_by_table: dict[str, int]) -> Receipt:
    """Return a receipt of now, under a random identifier."""
    return Receipt(secrets.token_hex(8), datetime.now(UTC).isoformat(timespec="seconds"), rows_by_table)


def _is_listed(connection: sa.Connection, pseudonymiser: Pseudonymiser, email: str) -> bool:
    listed = read_erased_list(connection, pseudonymiser)
    return listed is not None and listed.persons(pd.Series([email], dtype="str")).iloc[0] in listed.hashes


def _delete(connection: sa.Connection, pseudonymiser: Pseudonymiser, email: str) -> None:
    list_person(connection, pseudonymiser, email)
    listed = read_erased_list(connection, pseudonymiser)
    assert listed is not None  # noqa: S101  # the person stands on it
    list_records(connection, listed)
    account_for_withdrawn(connection, reason=ERASED)
    person = person_key_of(pseudonymiser, email)
    run_statement(connection, "rights/reopen_deliveries", person=person)
    held = connection.execute(sa.text("SELECT code FROM held_pseudonym")).scalars().all()
    # control: releases forget who was behind them
    forget_people(connection, held)
    # control: erased rows are deleted
    _delete_rows(connection)


def _delete_rows(connection: sa.Connection) -> None:
    """Delete the rows that are listed as withdrawn, and those under a pseudonym that is held."""
    withdraw(connection)
    for table in kept_tables():
        for name in pseudonym_columns(table):
            statement = f"DELETE FROM {table.full_name} WHERE {name} IN (FROM held_pseudonym)"  # noqa: S608  # from the register
            connection.execute(sa.text(statement))
