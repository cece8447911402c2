"""Everything held under one person's key, in one document, with what each column means (P27)."""

from __future__ import annotations

import json
from datetime import date, datetime

import sqlalchemy as sa

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.store.ledger import refuse_another_key
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.rights.erasure import Receipt, new_receipt
from ccds_pipeline.rights.holdings import find_holdings, person_key_of, rows_held
from ccds_pipeline.schemas.dictionary import FieldEntry, field_entries
from ccds_pipeline.schemas.register import Table, restricted_tables
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_warehouse


def subject_document(
    settings: Settings, programme: Programme, pseudonymiser: Pseudonymiser, email: str
) -> tuple[str, Receipt]:
    """Return the document as JSON, and the receipt of it that the audit trail keeps.

    It holds comments as they are stored: redacted.

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
            held = [table for table in restricted_tables() if table.full_name in receipt.rows_by_table]
            document = {
                "receipt_id": receipt.receipt_id,
                "at": receipt.at,
                "tables": {table.full_name: _held_in(connection, table) for table in held},
            }
            transaction.rollback()  # core was computed anew only to see what is linked
        with engine.begin() as connection:
            create_warehouse(connection)
            record_act(connection, "export", vars(receipt))
    return json.dumps(document, indent=2, default=_plain, ensure_ascii=False), receipt


def _held_in(connection: sa.Connection, table: Table) -> dict[str, object]:
    rows = connection.execute(sa.text(rows_held(table, ", ".join(table.column_names)))).mappings()
    return {
        "row_is": table.grain,
        "columns": {entry.column: _described(entry) for entry in field_entries([table])},
        "rows": [dict(row) for row in rows],
    }


def _described(entry: FieldEntry) -> dict[str, str]:
    described = {
        "meaning": entry.meaning,
        "class": entry.privacy,
        "purpose": entry.purpose,
        "kept": entry.retention,
        "generalised_from": entry.generalisation,
    }
    return {name: text for name, text in described.items() if text}


def _plain(value: object) -> str:
    assert isinstance(value, date | datetime)  # noqa: S101  # the register has no other type that JSON lacks
    return value.isoformat()
