"""Change the pseudonym key: every pseudonym becomes another one, and the old key can be destroyed.

PRIVACY.md P3. Pseudonyms are made of what only the deliveries hold. To make new ones of old ones would
need the old key at every later delivery, so it could never be destroyed. Instead the deliveries are read
again with the new key, into a new file that takes the place of the warehouse in one step; it is compared
with the old one row by row first: the same records in the same deliveries, one new pseudonym for each old
one, and none in common. So rotation needs the deliveries, as they were when they were loaded, and is refused
without them. What rests on pseudonyms and on no delivery is carried over by that comparison; so is the
ledger of releases, or the first release afterwards would renew every cell and give single people away (P17).

Afterwards the old key leads to nobody in this warehouse. Backups of the old file are still readable with
it, so destroy it, or them. Names of responses on coding sheets change too: code new sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.deidentify.exclusion import ERASED
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser, RecordPairs
from ccds_pipeline.errors import CheckFailedError, ConfigurationError, UsageError
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.store.erased import list_records, read_erased_list, wrap_secret_again
from ccds_pipeline.ingest.store.ledger import refuse_another_key
from ccds_pipeline.ingest.store.roster import forget_names
from ccds_pipeline.release.ledger import carry_contributions
from ccds_pipeline.rights.holdings import list_withdrawn, withdraw
from ccds_pipeline.rights.retention import delete_too_old
from ccds_pipeline.schemas.register import Table, kept_tables, pseudonym_columns, table_of
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery, find_deliveries
from ccds_pipeline.warehouse.audit import record_act, record_configuration
from ccds_pipeline.warehouse.backup import remove_backups
from ccds_pipeline.warehouse.bulk import append, create_temporary, read_frame
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.publish import publish
from ccds_pipeline.warehouse.rewrite import file_aside
from ccds_pipeline.warehouse.select_files import run_statement
from ccds_pipeline.warehouse.tables import create_warehouse

_FILE = ["source_id", "delivery_on", "file_number"]
_SIGHTING = [*_FILE, "until_on", "record_key"]
_KEYS = ["person_key", "reference_key", "full_name_key"]
# Carried in ways of their own, and the drift as it is loaded: names of columns have no pair.
_NOT_AS_IT_IS = (
    "ops.suppressed_person", "ops.suppression_secret", "ops.released_contribution", "ops.drift",
)  # fmt: skip
_LOAD_AGAIN = (
    "Put every delivery back into the landing folder as it was, load all of it with the present programme "
    "file, version and key (ccds run), and rotate then."
)


@dataclass(frozen=True)
class Rotation:
    """How many rows and different pseudonyms got new ones, and how many rows could not be carried over."""

    old_key_id: str
    new_key_id: str
    rows_n: int
    pseudonyms_n: int
    not_carried_n: int


def rotate(settings: Settings, ingest: Ingest, new: Pseudonymiser, *, dry_run: bool) -> Rotation:
    """Make the warehouse anew under another key, and put it in place of the present one.

    Core and KPIs are computed anew by the caller.

    Args:
        settings: Where warehouse and landing folder lie.
        ingest: The programme, and the pseudonymiser with the present key.
        new: With the new key.
        dry_run: Make and compare it, and then leave the present one in place.

    Raises:
        UsageError: If the new key is the present one.
        ConfigurationError: If the warehouse rests on neither, or deliveries are missing.
        CheckFailedError: If the deliveries give other rows than the warehouse holds; nothing is changed.
        BusyError: If another process holds the warehouse.
    """
    if new.key_id == ingest.pseudonymiser.key_id:
        raise UsageError(
            "the new pseudonym key is the present one",
            rule="key_is_new",
            remedy="Give a file with another key.",
        )
    with open_warehouse(settings.warehouse_file) as engine, file_aside(settings.rewritten_file) as aside:
        with engine.begin() as connection:
            create_warehouse(connection)
            refuse_another_key(connection, ingest.pseudonymiser.key_id)
            deliveries = _deliveries(connection, settings, ingest)
        rotation = _make_anew(engine, aside, deliveries, ingest, new)
        if not dry_run:
            with engine.connect() as connection:
                connection.execute(sa.text("CHECKPOINT"))
                connection.commit()
            # First: who is killed in between rotates again, and after it nobody would remove them.
            remove_backups(settings.warehouse_file)
            publish(aside, settings.warehouse_file)
    return rotation


def _deliveries(connection: sa.Connection, settings: Settings, ingest: Ingest) -> list[Delivery]:
    """Return the deliveries that the warehouse holds rows of.

    Raises:
        ConfigurationError: If one is not in the landing folder, or was loaded by other rules.
    """
    landing = find_deliveries(settings.landing_url, ingest.programme.sources_by_id)
    found = {(delivery.source_id, delivery.delivery_on): delivery for delivery in landing.deliveries}
    run_statement(connection, "rights/delivered_record")
    wanted = connection.execute(
        sa.text(
            "SELECT source_id, delivery_on FROM delivered_record UNION "
            "SELECT source_id, delivery_on FROM staging.rejected_record"
        )
    )
    needed = [(source_id, day) for source_id, day in wanted.all()]
    if missing := len(set(needed) - set(found)):
        raise ConfigurationError(
            f"{missing} of {len(needed)} deliveries are not in the landing folder any more",
            rule="rotation_needs_deliveries",
            remedy=_LOAD_AGAIN,
        )
    return [found[key] for key in sorted(needed)]


def _make_anew(
    old_engine: sa.Engine, aside: Path, deliveries: Sequence[Delivery], ingest: Ingest, new: Pseudonymiser
) -> Rotation:
    # What is past retention is taken out afterwards: first it has to be compared.
    retention, without = ingest.programme.retention, ingest.programme.model_copy(update={"retention": None})
    records = RecordPairs(ingest.pseudonymiser, new)
    loading = replace(ingest, pseudonymiser=records, programme=without)
    with old_engine.connect() as old, open_database(aside) as engine:
        with engine.begin() as connection:
            create_warehouse(connection)
            _carry_erased_list(old, connection, ingest.pseudonymiser, new)
            _carry_other_deliveries(old, connection, deliveries, new)
        for delivery in deliveries:
            loading.load(engine, delivery)
        with engine.begin() as connection:
            _refuse_other_files(old, connection)
            _withdraw_erased(old, connection, records)
            pairs = _pairs(old, connection, records)
            rotation = _carry(old, connection, pairs, ingest, records)
            if retention is not None:
                delete_too_old(connection, retention, datetime.now(UTC).date())
        with engine.connect() as connection:
            connection.execute(sa.text("CHECKPOINT"))
            connection.commit()
    return rotation


def _carry_erased_list(
    old: sa.Connection, connection: sa.Connection, old_key: Pseudonymiser, new_key: Pseudonymiser
) -> None:
    """Take the list over; hashes of records and references are made anew by ``_withdraw_erased``."""
    listed = read_frame(old, table_of("ops.suppressed_person"))
    append(connection, table_of("ops.suppressed_person"), listed[listed["kind"] == "person"])
    append(
        connection, table_of("ops.suppression_secret"), read_frame(old, table_of("ops.suppression_secret"))
    )
    wrap_secret_again(connection, old_key, new_key)


def _carry_other_deliveries(
    old: sa.Connection, connection: sa.Connection, deliveries: Sequence[Delivery], new: Pseudonymiser
) -> None:
    """Take over the ledger of deliveries without rows: a run of sightings ends where one lies between."""
    listed = read_frame(old, table_of("ops.delivery"))
    loaded = {(delivery.source_id, delivery.delivery_on) for delivery in deliveries}
    days = zip(listed["source_id"], listed["delivery_on"].dt.date, strict=True)
    others = listed[[day not in loaded for day in days]]
    append(connection, table_of("ops.delivery"), others.assign(key_id=new.key_id))


def _refuse_other_files(old: sa.Connection, connection: sa.Connection) -> None:
    """Make sure that the same files were read by the same rules as when they were loaded."""
    names = [
        "source_id",
        "delivery_on",
        "file_number",
        "digest",
        "status",
        "contract_version",
        "code_version",
    ]
    then, now = (read_frame(side, table_of("ops.delivery"))[names] for side in (old, connection))
    read_again = now[["source_id", "delivery_on"]].drop_duplicates()
    then = then.merge(read_again, on=["source_id", "delivery_on"])
    # control: rotation reads the files that were loaded
    if differing := len(then.merge(now, how="outer", indicator=True).query("_merge != 'both'")):
        raise CheckFailedError(
            f"{differing} files, or the rules that read them, are not those that were loaded",
            rule="rotation_reads_the_same",
            remedy=_LOAD_AGAIN,
        )


def _withdraw_erased(old: sa.Connection, connection: sa.Connection, new: RecordPairs) -> None:
    """Take out the rows that the old warehouse lacks: of erased persons, but without their address."""
    _list_places(connection, "sighting_before", _with_new_records(_sightings(old), new)[_SIGHTING].dropna())
    erased = read_frame(old, table_of("ops.excluded"))
    erased = erased[erased["reason"] == ERASED]
    _list_places(connection, "file_with_erased", erased[_FILE])
    rejected = _with_new_records(read_frame(old, table_of("staging.rejected_record")), new)
    _list_places(connection, "rejected_before", rejected.drop(columns="person_key").dropna())
    run_statement(connection, "rights/rejected_of_erased")
    list_withdrawn(connection, "rights/sightings_of_erased")
    addresses = connection.execute(sa.text("SELECT person_key FROM withdrawn_person")).scalars().all()
    forget_names(connection, addresses, new)
    listed = read_erased_list(connection, new)
    if listed is not None:
        list_records(connection, listed)
    withdraw(connection)


def _list_places(connection: sa.Connection, name: str, places: pd.DataFrame) -> None:
    """Put columns of sightings into a temporary table of that name."""
    columns = tuple(
        column for column in table_of("staging.sighting").columns if column.name in places.columns
    )
    table = replace(table_of("staging.sighting"), columns=columns)
    create_temporary(connection, name, table.columns)
    append(connection, table, places, into=name)


def _sightings(connection: sa.Connection) -> pd.DataFrame:
    """Return every sighting, with the pseudonyms of its version."""
    run_statement(connection, "rights/stored_version")
    rows = run_statement(connection, "rights/pseudonyms_by_sighting").mappings().all()
    return pd.DataFrame(rows, columns=[*_SIGHTING, *_KEYS])


def _with_new_records(rows: pd.DataFrame, new: RecordPairs) -> pd.DataFrame:
    """Return the rows under the new names of their records; one that was not read again has none."""
    return rows.assign(record_key=rows["record_key"].map(new.new_of))


def _pairs(old: sa.Connection, connection: sa.Connection, new: RecordPairs) -> pd.DataFrame:
    """Return each old pseudonym with its new one: columns before and after.

    Raises:
        CheckFailedError: If the rows are not the same, or old and new pseudonyms are not one to one.
    """
    before = _sightings(old)
    renamed = _with_new_records(before, new)
    both = renamed.merge(_sightings(connection), on=_SIGHTING, how="outer", indicator=True)
    kinds = [both[[f"{name}_x", f"{name}_y"]].set_axis(["before", "after"], axis=1) for name in _KEYS]
    kinds.append(pd.DataFrame({"before": before["record_key"], "after": renamed["record_key"]}))
    is_one_to_one = all(_is_one_to_one(pairs) for pairs in kinds)
    pairs = pd.concat(kinds).dropna().drop_duplicates(ignore_index=True)
    # control: rotation is one to one
    if not ((both["_merge"] == "both").all() and is_one_to_one and _is_disjoint(pairs)):
        raise CheckFailedError(
            "the deliveries give other rows, or other persons, than the warehouse holds",
            rule="rotation_is_one_to_one",
            remedy=_LOAD_AGAIN,
        )
    return pairs


def _core_pairs(old: sa.Connection, connection: sa.Connection, new: RecordPairs) -> pd.DataFrame:
    """Return each key that core makes of old pseudonyms, with the one that it makes of the new ones.

    The ledger of releases knows people by these keys too.
    """
    before, after = (
        pd.DataFrame(
            run_statement(side, "rights/core_keys_by_sighting").mappings().all(),
            columns=[*_SIGHTING, "core_key"],
        ).rename(columns={"core_key": name})
        for side, name in ((old, "before"), (connection, "after"))
    )
    both = _with_new_records(before, new).merge(after, on=_SIGHTING)[["before", "after"]]
    return both.dropna().drop_duplicates(ignore_index=True)


def _is_one_to_one(pairs: pd.DataFrame) -> bool:
    same_gaps = bool((pairs["before"].isna() == pairs["after"].isna()).all())
    unique = pairs.dropna().drop_duplicates()
    return same_gaps and unique["before"].is_unique and unique["after"].is_unique


def _is_disjoint(pairs: pd.DataFrame) -> bool:
    return not set(pairs["before"]) & set(pairs["after"])


def _carry(
    old: sa.Connection, connection: sa.Connection, pairs: pd.DataFrame, ingest: Ingest, new: RecordPairs
) -> Rotation:
    """Take over what rests on no delivery, with new pseudonyms; record the rotation."""
    new_of = pairs.set_index("before")["after"]
    core = _core_pairs(old, connection, new)
    # control: a rotation carries who was behind releases
    not_carried = carry_contributions(old, connection, pd.concat([pairs, core]))
    for table in kept_tables():
        if table.schema == "staging" or table.full_name in _NOT_AS_IT_IS:
            continue
        rows = read_frame(old, table)
        carried = _renamed(rows, table, new_of, new.key_id)
        not_carried += len(rows) - len(carried)
        connection.execute(sa.text(f"DELETE FROM {table.full_name}"))  # noqa: S608  # from the register
        append(connection, table, carried)
    run_statement(connection, "rights/delivered_record")
    rows_n = connection.execute(sa.text("SELECT count(*) FROM delivered_record")).scalar_one()
    rotation = Rotation(ingest.pseudonymiser.key_id, new.key_id, int(rows_n), len(pairs), not_carried)
    record_act(connection, "rotation", vars(rotation))
    record_configuration(connection, key_id=new.key_id, contract_version=ingest.contract_version)
    return rotation


def _renamed(rows: pd.DataFrame, table: Table, new_of: pd.Series, key_id: str) -> pd.DataFrame:
    """Give the rows new pseudonyms; those whose record is not in the warehouse any more are left out."""
    for name in pseudonym_columns(table):
        rows = rows[rows[name].isin(new_of.index)]
        rows = rows.assign(**{name: rows[name].map(new_of)})
    return rows.assign(key_id=key_id) if "key_id" in table.column_names else rows
