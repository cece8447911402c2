"""The ledger of deliveries: written with the rows, read back as the proof of loading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.schemas.register import restricted_tables, table_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.tables import create_tables

_TABLES = ("ops.delivery", "ops.excluded", "ops.rejected_row")
_UNBALANCED = "count(*) FILTER (WHERE received_n <> loaded_n + duplicate_n + excluded_n + rejected_n)"
_SHOWN_LINES = 3
_EMPLOYERS = """
SELECT
    count(*) FILTER (WHERE booking.organisation_code = 'not_listed'),
    count(*) FILTER (WHERE booking.organisation_code = 'closed')
FROM staging.sighting AS sighting
INNER JOIN staging.booking AS booking ON sighting.version_key = booking.version_key
WHERE sighting.source_id = :source_id AND sighting.delivery_on = :delivery_on
"""
_COUNTS = ("received_n", "loaded_n", "duplicate_n", "excluded_n", "rejected_n")


@dataclass(frozen=True)
class DeliveryAccount:
    """What the ledger says of one delivery: sums over its files, and how many files do not balance.

    Of its bookings, ``employers_not_listed`` name an employer that no reference table knows, and
    ``employers_closed`` one that was closed before the session.
    """

    files: int
    refused: int
    received: int
    loaded: int
    duplicate: int
    excluded: int
    rejected: int
    unmapped_columns: int
    unbalanced_files: int
    employers_not_listed: int = 0
    employers_closed: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every received row is accounted for, in each file by itself."""
        return self.unbalanced_files == 0


def create_warehouse(connection: sa.Connection) -> None:
    """Create every table of the restricted warehouse that does not exist yet."""
    create_tables(connection, restricted_tables())


def write_ledger(
    connection: sa.Connection,
    key: DeliveryKey,
    *,
    files: pd.DataFrame,
    excluded: pd.DataFrame,
    rejected: pd.DataFrame,
) -> None:
    """Put the account of one delivery in place of an earlier one, in the caller's transaction.

    Args:
        connection: The transaction that also loads the rows.
        key: The delivery.
        files: One row per file, columns of ``ops.delivery`` without source and date.
        excluded: file_number, reason, rows_n.
        rejected: file_number, line, column_name, rule.
    """
    for name in _TABLES:
        connection.execute(
            sa.text(f"DELETE FROM {name} WHERE source_id = :source_id AND delivery_on = :delivery_on"),
            vars(key),
        )
    digests = files.set_index("file_number")["digest"]
    rejected = rejected.assign(digest=rejected["file_number"].map(digests))
    for name, frame in zip(_TABLES, (files, excluded, rejected), strict=True):
        if len(frame):
            append(
                connection, table_of(name), frame.assign(source_id=key.source_id, delivery_on=key.delivery_on)
            )


def read_account(connection: sa.Connection, key: DeliveryKey) -> DeliveryAccount:
    """Read back what the ledger says of a delivery.

    Raises:
        CcdsError: If the ledger has no row of it, so that it was not loaded.
    """
    sums = ", ".join(f"sum({name})" for name in (*_COUNTS, "unmapped_columns_n"))
    row = connection.execute(
        sa.text(
            f"SELECT count(*), count(*) FILTER (WHERE status = 'refused'), {sums}, {_UNBALANCED} "
            "FROM ops.delivery WHERE source_id = :source_id AND delivery_on = :delivery_on"
        ),
        vars(key),
    ).one()
    if row[0] == 0:
        raise CcdsError(
            f"the ledger has no entry for {key.source_id} of {key.delivery_on}",
            rule="ledger_read_back",
            remedy="Nothing was loaded; run the command again.",
        )
    employers = connection.execute(sa.text(_EMPLOYERS), vars(key)).one()
    return DeliveryAccount(*(int(value or 0) for value in (*row, *employers)))


@dataclass(frozen=True)
class Refusal:
    """One file that could not be read, with what to do; ``digest`` is empty if it was not even copied."""

    source_id: str
    delivery_on: date
    file_number: int
    digest: str
    rule: str
    line: int | None
    message: str


@dataclass(frozen=True)
class Rejection:
    """The rows of one file that break one rule at one column: how many, and where the first ones are."""

    source_id: str
    delivery_on: date
    file_number: int
    digest: str
    column_name: str
    rule: str
    rows: int
    first_lines: Sequence[int]


def refusals(connection: sa.Connection) -> list[Refusal]:
    """Return the files that are refused as of now, in order."""
    rows = connection.execute(
        sa.text(
            "SELECT source_id, delivery_on, file_number, digest, refused_rule, refused_line, refused_message "
            "FROM ops.delivery WHERE status = 'refused' ORDER BY source_id, delivery_on, file_number"
        )
    )
    return [Refusal(*row) for row in rows]


def rejections(connection: sa.Connection) -> list[Rejection]:
    """Return the rejected rows as of now, grouped by file, column and rule, most rows first."""
    file = "source_id, delivery_on, file_number, digest"
    rows = connection.execute(
        sa.text(
            f"SELECT {file}, column_name, rule, count(*) AS rows_n, "
            f"list_slice(list_sort(list(line)), 1, {_SHOWN_LINES}) "
            f"FROM ops.rejected_row GROUP BY {file}, column_name, rule "
            f"ORDER BY rows_n DESC, {file}, column_name, rule"
        )
    )
    return [Rejection(*row) for row in rows]


@dataclass(frozen=True)
class SetAside:
    """One delivery of which something was not loaded: how many rows and files, and what its files were."""

    key: DeliveryKey
    rejected_rows: int
    refused_files: int
    digests: frozenset[str]


def set_aside(connection: sa.Connection) -> list[SetAside]:
    """Return the deliveries with rejected rows or refused files as of now, oldest first."""
    rows = connection.execute(
        sa.text(
            "SELECT source_id, delivery_on, sum(rejected_n) AS rejected, "
            "count(*) FILTER (WHERE status = 'refused') AS refused, list(digest) FROM ops.delivery "
            "GROUP BY source_id, delivery_on HAVING rejected + refused > 0 ORDER BY delivery_on, source_id"
        )
    )
    return [
        SetAside(DeliveryKey(source_id, delivery_on), int(rejected), refused, frozenset(digests) - {""})
        for source_id, delivery_on, rejected, refused, digests in rows
    ]


def refuse_another_key(connection: sa.Connection, key_id: str) -> None:
    """Make sure that the warehouse rests on no other pseudonym key than this one.

    Raises:
        ConfigurationError: If it does: one person would have two keys.
    """
    known = set(connection.execute(sa.text("SELECT DISTINCT key_id FROM ops.delivery")).scalars())
    # control: one key for a warehouse
    if known - {key_id}:
        raise ConfigurationError(
            "the warehouse rests on another pseudonym key",
            rule="one_key",
            remedy="Set the key that the warehouse was loaded with, or use another data folder.",
        )
