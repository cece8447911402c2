"""What loading a file would bring: it is loaded into a private copy of the warehouse, which is removed.

The code is that of a load, so nothing here decides what becomes of a row. Without a warehouse, or without the
key that it rests on, an empty one takes the copy's place, and what only the warehouse knows is not known.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from upath import UPath

from ccds_pipeline.deidentify.pseudonym import KEY_BYTES, Pseudonymiser
from ccds_pipeline.ingest.completeness import MissingRecords, judge_known_records, undeclared_losses
from ccds_pipeline.ingest.contract import CheckOutcome, judge_answers, judge_columns, judge_delivery
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.inspection.content import printable
from ccds_pipeline.ingest.installation import known_key
from ccds_pipeline.ingest.rejects import (
    NOTHING,
    RefusedFile,
    Rejects,
    excluded_line,
    group_rejections,
    lines_of,
    name_unread,
    set_aside_lines,
)
from ccds_pipeline.ingest.remedies import remedy_of
from ccds_pipeline.ingest.store.drift import Drift, read_drift
from ccds_pipeline.ingest.store.ledger import (
    DeliveryAccount,
    Excluded,
    given_answers,
    newest_delivery,
    read_account,
    refusals,
    rejections,
)
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline.run_folder import run_folder
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.backup import backups_of
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.faults import restore_warehouse
from ccds_pipeline.warehouse.last_committed import last_committed
from ccds_pipeline.warehouse.tables import create_warehouse


@dataclass(frozen=True)
class KnownBefore:
    """What the warehouse knew of a source before the file.

    ``newest`` is the day of its newest delivery, None if it has none; ``records`` counts the file's records
    that were known before, and is None where the source has no key; ``drift`` compares the file's columns
    with the delivery before it; ``losses`` are records that the newest delivery would lack.
    """

    newest: date | None
    records: int | None
    drift: Drift
    losses: Sequence[MissingRecords]


@dataclass(frozen=True)
class DryRun:
    """What a load of the file would say; ``known`` is None where the warehouse could not be asked.

    ``excluded_lines`` are the first lines of the excluded rows, by reason.
    """

    source_id: str
    delivery_on: date
    account: DeliveryAccount
    checks: tuple[CheckOutcome, ...]
    rejects: Rejects
    known: KnownBefore | None
    why_not_known: str
    excluded_lines: Mapping[str, Sequence[int]] = field(default_factory=dict)


def day_of(file: UPath, source_id: str) -> date:
    """Return the day of the delivery that a file lies in, by the landing's folders; today (UTC) elsewhere."""
    day = file.parent.name
    if file.parent.parent.name == source_id:
        try:
            return date.fromisoformat(day)
        except ValueError:
            pass
    return datetime.now(UTC).date()


def run_dry(file: UPath, source: Source, programme: Programme, settings: Settings) -> DryRun:
    """Load a file into a warehouse that is thrown away, and return what came of it.

    Args:
        file: The export.
        source: Whose mapping reads it.
        programme: The source's.
        settings: Where warehouse and key are, if there are any.

    Raises:
        ConfigurationError: If a key is set and cannot be used, or is not the warehouse's.
    """
    key = known_key(settings)
    why = _why_not_known(settings, has_key=key is not None)
    pseudonymiser = Pseudonymiser(key or secrets.token_bytes(KEY_BYTES))
    delivery = Delivery(source.id, day_of(file, source.id), (file,))
    ingest = Ingest(programme, "", pseudonymiser, settings.runs_folder)
    with _scratch_warehouse(settings, is_copy=not why) as engine:
        with engine.begin() as connection:
            create_warehouse(connection)
            newest = newest_delivery(connection, source.id)
            before = _record_keys(connection, source)
        excluded = ingest.bring(engine, delivery)
        with engine.connect() as connection:
            loaded = DeliveryKey(source.id, delivery.delivery_on)
            account = read_account(connection, loaded, is_complete=bool(source.complete))
            known = None if why else _known_before(connection, source, delivery, newest, before)
            found = _found(connection, delivery, account, known, why)
            return replace(
                found, excluded_lines=dict(excluded[["reason", "first_lines"]].to_numpy().tolist())
            )


def dry_run_lines(found: DryRun) -> Iterator[str]:
    """Say what a load would bring, what it would set aside and why, and what is different from before."""
    account = found.account
    yield f"Loaded as source {found.source_id} with the delivery of {found.delivery_on}, nothing written:"
    yield (
        f"  {account.received:,} received = {account.loaded:,} loaded + {account.duplicate:,} duplicate "
        f"+ {account.excluded:,} excluded + {account.rejected:,} rejected"
    )
    for check in found.checks:
        if not check.passed:
            rules = f": {', '.join(check.rules)}" if check.rules else ""
            yield f"  {'Warning' if check.is_warning else 'Failed'}: {check.name}{rules}"
    yield from list(set_aside_lines(found.rejects)) or [NOTHING]
    for excluded in found.rejects.excluded:
        yield excluded_line(excluded)
        yield f"  {lines_of(excluded.rows, found.excluded_lines[excluded.reason])}"
    yield from _known_lines(found)


def _known_lines(found: DryRun) -> Iterator[str]:
    known = found.known
    if known is None:
        yield f"Known before: not known ({found.why_not_known})"
        return
    if known.newest is None:
        yield "Known before: nothing, this source has no delivery in the warehouse"
        return
    records = "not known, the source has no key" if known.records is None else f"{known.records:,}"
    yield f"Records that the warehouse had before: {records}"
    yield (
        f"Columns against the delivery before: {known.drift.new_columns} new, "
        f"{len(known.drift.missing_columns)} newly missing"
        + (f" ({', '.join(known.drift.missing_columns)})" if known.drift.missing_columns else "")
    )
    yield from map(str, known.losses)


def _why_not_known(settings: Settings, *, has_key: bool) -> str:
    if not settings.warehouse_file.exists():
        return "there is no warehouse yet"
    return "" if has_key else "no pseudonym key is set"


@contextmanager
def _scratch_warehouse(settings: Settings, *, is_copy: bool) -> Iterator[sa.Engine]:
    with ExitStack() as stack:
        if is_copy:
            advice = restore_warehouse(settings.warehouse_file, backups_of(settings.warehouse_file))
            path: Path = stack.enter_context(last_committed(settings.warehouse_file, if_damaged=advice))
        else:
            path = stack.enter_context(run_folder(settings.runs_folder)) / settings.warehouse_file.name
        yield stack.enter_context(open_warehouse(path))


def _record_keys(connection: sa.Connection, source: Source) -> frozenset[str]:
    statement = sa.text("SELECT DISTINCT record_key FROM staging.sighting WHERE source_id = :source_id")
    return frozenset(connection.execute(statement, {"source_id": source.id}).scalars())


def _known_before(
    connection: sa.Connection,
    source: Source,
    delivery: Delivery,
    newest: date | None,
    keys_before: frozenset[str],
) -> KnownBefore:
    key = DeliveryKey(source.id, delivery.delivery_on)
    seen = len(keys_before & _delivered_keys(connection, key)) if source.key else None
    return KnownBefore(newest, seen, read_drift(connection, key), undeclared_losses(connection, [source]))


def _found(
    connection: sa.Connection,
    delivery: Delivery,
    account: DeliveryAccount,
    known: KnownBefore | None,
    why_not_known: str,
) -> DryRun:
    key = DeliveryKey(delivery.source_id, delivery.delivery_on)
    against: tuple[CheckOutcome, ...] = ()
    if known is not None and known.newest is not None:
        against = (judge_columns(known.drift), judge_known_records(known.losses))
    return DryRun(
        key.source_id,
        key.delivery_on,
        account,
        (*judge_delivery(account), judge_answers(given_answers(connection, key)), *against),
        _rejects(connection, key, printable(str(delivery.files[0]))),
        known,
        why_not_known,
    )


def _delivered_keys(connection: sa.Connection, key: DeliveryKey) -> frozenset[str]:
    statement = sa.text(
        "SELECT DISTINCT record_key FROM staging.sighting "
        "WHERE source_id = :source_id AND :delivery_on BETWEEN delivery_on AND until_on"
    )
    return frozenset(connection.execute(statement, vars(key)).scalars())


def _rejects(connection: sa.Connection, key: DeliveryKey, file: str) -> Rejects:
    rejected = [
        found for found in rejections(connection) if (found.source_id, found.delivery_on) == _pair(key)
    ]
    refused = [found for found in refusals(connection) if (found.source_id, found.delivery_on) == _pair(key)]
    statement = sa.text(
        "SELECT reason, CAST(sum(rows_n) AS BIGINT) FROM ops.excluded "
        "WHERE source_id = :source_id AND delivery_on = :delivery_on GROUP BY reason ORDER BY reason"
    )
    excluded = connection.execute(statement, vars(key)).all()
    return Rejects(
        group_rejections(rejected, lambda _: file),
        tuple(
            RefusedFile(key.source_id, file, one.rule, one.line, one.message, remedy_of(one.rule))
            for one in refused
        ),
        tuple(Excluded(key.source_id, reason, rows) for reason, rows in excluded),
        tuple(
            name_unread(key.source_id, one.question_id, one.not_understood)
            for one in given_answers(connection, key)
            if one.not_understood
        ),
    )


def _pair(key: DeliveryKey) -> tuple[str, date]:
    return key.source_id, key.delivery_on
