"""The audit trail: append-only and hash-chained, so that a changed, dropped or moved record shows.

PRIVACY.md P29. Details name no person: counts, key ids, digests. The chain alone cannot show that its
end was cut off, or that it was written anew from some record on; its head, kept elsewhere, does.
"""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append

NO_RECORD = "0" * 64
"""Stands for the hash of the record before the first."""

_REMOVALS = ("erasure", "retention", "rotation")
_REMEDY = "Compare the trail with a backup; anyone who can write the warehouse file may have changed it."


@dataclass(frozen=True)
class AuditRecord:
    """One record of the trail, as ``ops.audit`` holds it."""

    sequence_n: int
    recorded_at: datetime
    actor: str
    action: str
    details: str
    previous_hash: str
    record_hash: str

    def computed_hash(self) -> str:
        """Return what ``record_hash`` has to be."""
        content = vars(self) | {"recorded_at": self.recorded_at.isoformat(timespec="microseconds")}
        del content["record_hash"]
        return hashlib.sha256(_canonical(content).encode()).hexdigest()


def record_act(connection: sa.Connection, action: str, details: Mapping[str, object]) -> str:
    """Append one record in the caller's transaction, and return its hash: the new head.

    Args:
        connection: An open transaction.
        action: One of those that ``ops.audit`` allows.
        details: What JSON holds; no value of a row, and nothing that leads to a person.
    """
    previous = next(iter(audit_trail(connection, newest=1)), None)
    unsigned = AuditRecord(
        sequence_n=previous.sequence_n + 1 if previous else 1,
        recorded_at=datetime.now(UTC).replace(tzinfo=None),
        actor=_actor(),
        action=action,
        details=_canonical(details),
        previous_hash=previous.record_hash if previous else NO_RECORD,
        record_hash="",
    )
    record = vars(unsigned) | {"record_hash": unsigned.computed_hash()}
    append(connection, table_of("ops.audit"), pd.DataFrame([record]))
    return str(record["record_hash"])


def audit_trail(connection: sa.Connection, *, newest: int | None = None) -> list[AuditRecord]:
    """Return the ``newest`` records, or all of them, in order."""
    columns = ", ".join(table_of("ops.audit").column_names)
    statement = sa.text(f"SELECT {columns} FROM ops.audit ORDER BY sequence_n DESC LIMIT :newest")
    rows = connection.execute(statement, {"newest": newest}).all()
    return [AuditRecord(*row) for row in reversed(rows)]


def newest_removal(connection: sa.Connection) -> AuditRecord | None:
    """Return the newest act that removed people or rows for good, or changed the key; None if none did."""
    return next((act for act in reversed(audit_trail(connection)) if act.action in _REMOVALS), None)


def verify_trail(trail: Sequence[AuditRecord], *, head: str | None = None) -> None:
    """Recompute the chain.

    Args:
        trail: Records in order.
        head: Hash of a record that was kept elsewhere; the trail has to hold it still.

    Raises:
        CheckFailedError: If a record was edited, dropped or moved; names the first that does not fit.
    """
    previous = NO_RECORD
    for position, record in enumerate(trail, start=1):
        if record.sequence_n != position:
            raise _broken(position, "is missing", rule="audit_is_complete")
        # control: records of the trail are chained
        if record.previous_hash != previous:
            raise _broken(position, "does not follow the record before it", rule="audit_is_chained")
        # control: records of the trail are hashed
        if record.computed_hash() != record.record_hash:
            raise _broken(position, "was changed", rule="audit_is_unchanged")
        previous = record.record_hash
    if head is not None and head not in {NO_RECORD, *(record.record_hash for record in trail)}:
        raise _broken(len(trail) + 1, "is missing: the given head is not in the trail", rule="audit_has_head")


def record_configuration(connection: sa.Connection, *, key_id: str, contract_version: str) -> None:
    """Record the first use of a pseudonym key, and a programme file that differs from the last one used."""
    recorded = [(record.action, json.loads(record.details)) for record in audit_trail(connection)]
    if not any(action == "key_use" and details.get("key_id") == key_id for action, details in recorded):
        record_act(connection, "key_use", {"key_id": key_id})
    contracts = [details["contract_version"] for action, details in recorded if action == "configuration"]
    if contracts[-1:] != [contract_version]:
        record_act(connection, "configuration", {"contract_version": contract_version})


def _actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"  # an account without a name, as in some containers


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _broken(position: int, problem: str, *, rule: str) -> CheckFailedError:
    return CheckFailedError(f"record {position} of the audit trail {problem}", rule=rule, remedy=_REMEDY)
