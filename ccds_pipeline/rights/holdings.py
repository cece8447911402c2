"""What is held of one person, by their keys in every table, and how rows are withdrawn with their accounts.

A record is the person's by the address that it carries, or by how ``core.fact_response`` links it: a
response that names the person's booking reference or code is theirs, with all of its versions, also where
it was sent from another address; so is one with a reference that nobody else's booking carries. Of a
booking or presence only the versions with the person's address, or with none, are theirs: a place that was
handed on belongs to the person who has it now.
"""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.basis import basis_of
from ccds_pipeline.core.build import fill_core
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import UsageError
from ccds_pipeline.ingest.store.ledger import records_of_other_sources
from ccds_pipeline.ingest.store.roster import names_held
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline.schemas.register import Table, kept_tables, pseudonym_columns, restricted_tables, tables_of
from ccds_pipeline.warehouse.select_files import run_statement, statement
from ccds_pipeline.warehouse.tables import recreate_tables


def find_holdings(
    connection: sa.Connection, programme: Programme, pseudonymiser: Pseudonymiser, person_key: str
) -> dict[str, int]:
    """List what is held under a person's key; return the number of rows by table that holds any.

    Core is computed anew for it, in the caller's transaction, since it says what is linked to whom. The
    temporary tables ``withdrawn`` (rows of deliveries) and ``held_pseudonym`` (codes) then say what is held.
    """
    _refresh_links(connection, programme)
    run_statement(connection, "rights/stored_version")
    run_statement(connection, "rights/held_record", person=person_key)
    list_withdrawn(connection, "rights/sightings_of_person", person=person_key)
    run_statement(connection, "rights/held_pseudonym", person=person_key)
    _list_names(connection, pseudonymiser, person_key)
    counts = {
        table.full_name: int(connection.execute(sa.text(rows_held(table, "count(*)"))).scalar_one())
        for table in restricted_tables()
        if pseudonym_columns(table)
    }
    return {name: number for name, number in counts.items() if number}


def rows_held(table: Table, what: str) -> str:
    """Return the SELECT of a table's rows that hold one of the person's codes in a pseudonym column."""
    held = " OR ".join(f"{name} IN (FROM held_pseudonym)" for name in pseudonym_columns(table))
    return f"SELECT {what} FROM {table.full_name} WHERE {held}"  # noqa: S608  # names come from the register


def _list_names(connection: sa.Connection, pseudonymiser: Pseudonymiser, person_key: str) -> None:
    """List the person's words on the roster, also those that came with an address of theirs alone."""
    addresses = connection.execute(sa.text("SELECT person_key FROM withdrawn_person")).scalars()
    held = names_held(connection, {person_key, *addresses}, pseudonymiser)
    for code in held:
        connection.execute(sa.text("INSERT INTO held_pseudonym (code) VALUES (:code)"), {"code": code})


def _refresh_links(connection: sa.Connection, programme: Programme) -> None:
    newest = connection.execute(
        sa.text("SELECT max(delivery_on) FROM ops.delivery WHERE status = 'loaded'")
    ).scalar_one()
    recreate_tables(connection, tables_of("core"))
    if newest is not None:
        fill_core(connection, _with_all_that_is_stored(connection, programme), basis_of(connection, newest))


def _with_all_that_is_stored(connection: sa.Connection, programme: Programme) -> Programme:
    """Return the programme with what counts no more and is held: withdrawn records, sources that are gone."""
    stored = records_of_other_sources(connection, programme.sources_by_id)
    wave = programme.waves[0].id
    gone = (Source(id=one, label=one, format="table", record="response", wave=wave) for one in stored)
    sources = (*(source.model_copy(update={"complete": False}) for source in programme.sources), *gone)
    return programme.model_copy(update={"sources": sources})


def person_key_of(pseudonymiser: Pseudonymiser, email: str) -> str:
    """Return the person's key; spelling, case and a display name do not matter.

    Raises:
        UsageError: If the text is blank or no address, or a mailbox that several people share. The text
            is not quoted.
    """
    key = pseudonymiser.person_keys(pd.Series([email], dtype="str")).iloc[0]
    if pd.isna(key):
        raise UsageError(
            "this is not a personal e-mail address",
            rule="address_is_personal",
            remedy="Give the one address of the person. Blanks and mailboxes that several people share, such "
            "as info@, have no key: nothing is held under them.",
        )
    return str(key)


def list_withdrawn(connection: sa.Connection, sightings: str, **parameters: object) -> int:
    """List what deliveries brought as withdrawn; return how many rows of them it is.

    ``withdrawn_reference`` and ``withdrawn_person`` then hold the booking references, and the keys of
    people, that no other version carries.

    Args:
        connection: The caller's transaction.
        sightings: Name of the statement that selects them from ``delivered_record``: with a record in a
            version all that the deliveries of a run brought, or those up to a day.
        parameters: What it binds.
    """
    run_statement(connection, "rights/stored_version")
    run_statement(connection, "rights/delivered_record")
    withdrawn = f"CREATE OR REPLACE TEMPORARY TABLE withdrawn AS {statement(sightings)}"
    connection.execute(sa.text(withdrawn), parameters)
    run_statement(connection, "rights/withdrawn_reference")
    run_statement(connection, "rights/withdrawn_person")
    return int(connection.execute(sa.text("SELECT count(*) FROM withdrawn")).scalar_one())


def withdraw(connection: sa.Connection) -> None:
    """Delete what is withdrawn to the end of its run, and the versions that no delivery shows any more."""
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
