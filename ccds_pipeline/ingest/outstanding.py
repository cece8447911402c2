"""Which deliveries are not proven to be loaded: what lies in the landing, held against the ledger.

The ledger's row is the proof, by the content of each file and by what it was loaded with. Command, schedule,
sensor and check ask here. Finding deliveries belongs in ``sources.landing``, loading in ``delivery``.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.deidentify.exclusion import PAST_RETENTION
from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.sources.private_copy import digest_of
from ccds_pipeline.warehouse.select_files import run_statement

Reason = Literal[
    "new", "other files", "other contract", "other code", "other key", "other retention", "an erasure"
]


@dataclass(frozen=True)
class Outstanding:
    """A delivery that has to be loaded, and why: it never was, or from or with something else."""

    delivery: Delivery
    reason: Reason


class _Proof(NamedTuple):
    """What the ledger says of one file of a delivery, and how many rows it has that are kept or too old."""

    digest: str
    contract_version: str
    code_version: str
    key_id: str
    kept_n: int
    too_old_n: int


def outstanding(
    connection: sa.Connection, ingest: Ingest, deliveries: Iterable[Delivery]
) -> list[Outstanding]:
    """Return the deliveries that are not proven to be loaded as they are now, in the order given.

    A file that was refused is done: it is counted and named. A load that did not end left no row.

    Args:
        connection: To the warehouse.
        ingest: What they would be loaded with.
        deliveries: What lies in the landing.
    """
    proofs = _proofs(connection)
    found = []
    for delivery in deliveries:
        proven = proofs.get((delivery.source_id, delivery.delivery_on), [])
        reason = _reason(proven, delivery, ingest)
        if reason is not None:
            found.append(Outstanding(delivery, reason))
    return found


def _proofs(connection: sa.Connection) -> dict[tuple[str, date], list[_Proof]]:
    rows = run_statement(connection, "ops/proofs", past_retention=PAST_RETENTION)
    proofs: dict[tuple[str, date], list[_Proof]] = {}
    for source_id, delivery_on, *proof in rows:
        proofs.setdefault((source_id, delivery_on), []).append(_Proof(*proof))
    return proofs


def _reason(proven: list[_Proof], delivery: Delivery, ingest: Ingest) -> Reason | None:
    """Return why a delivery has to be loaded; its files are read last, as that costs most."""
    if not proven:
        return "new"
    is_too_old = ingest.is_past_retention(delivery.delivery_on)
    contract = ingest.contract_of(delivery.source_id)
    differs: dict[Reason, bool] = {
        "other key": any(proof.key_id != ingest.pseudonymiser.key_id for proof in proven),
        "other code": any(proof.code_version != __version__ for proof in proven),
        "an erasure": any(not proof.contract_version for proof in proven),
        "other contract": any(proof.contract_version != contract for proof in proven),
        "other retention": any(proof.kept_n if is_too_old else proof.too_old_n for proof in proven),
    }
    reason = next((reason for reason, holds in differs.items() if holds), None)
    is_other = reason is None and [proof.digest for proof in proven] != _digests(delivery)
    return "other files" if is_other else reason


def _digests(delivery: Delivery) -> list[str]:
    """Return the digest of each file; empty where it cannot be read, as the ledger has it."""
    digests = []
    for file in delivery.files:
        digest = ""
        with suppress(FileRefusedError):
            digest = digest_of(file)
        digests.append(digest)
    return digests
